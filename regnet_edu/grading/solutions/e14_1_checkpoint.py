"""A long training that may be killed at any instant: its learning rate, what it must remember, and how that is kept."""

import math


def rate(step, steps, batch):
    """Return the learning rate of step 0 <= step < steps in the paper's final trainings, with `batch` images a step.

    The peak is 0.1 for 128 images, and in proportion for more or fewer. `steps` is a multiple of 20, and the first
    twentieth of them, `rise` steps, is a warm-up in a straight line: peak / rise in step 0, the peak in step rise - 1.
    Then half a period of a cosine begins with the peak, in step `rise`. It would reach 0 in step `steps`.
    """
    peak, rise = 0.1 * batch / 128, steps // 20
    if step < rise:
        return peak * (step + 1) / rise
    return peak * (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2


def train(gradient, order, lr, epochs, state, save):
    """Train one weight to the end, and return it; from the beginning if `state` is None, else from that state on.

    `order(epoch)` is the list of images of an epoch, counted from 0; each step takes the next of them. `lr(step)` is
    the learning rate; steps are counted from 0 over all epochs. A step is

        velocity = 0.9 * velocity + gradient(weight, image)
        weight = weight - lr(step) * velocity

    and both begin at 0. After every step, call `save` with a new state: a dict, such as JSON can hold, of all that is
    needed to go on with the next step. Wherever a training was killed, it must end with the same weight.
    """
    state = state or {"done": 0, "weight": 0.0, "velocity": 0.0}
    weight, velocity = state["weight"], state["velocity"]
    images = [image for epoch in range(epochs) for image in order(epoch)]
    for step in range(state["done"], len(images)):
        velocity = 0.9 * velocity + gradient(weight, images[step])
        weight -= lr(step) * velocity
        save({"done": step + 1, "weight": weight, "velocity": velocity})
    return weight


def keep(text, disk):
    """Replace the file "checkpoint" by `text`; at any instant the old text or the new one is in it, and all of it.

    `disk` is the only way to files, and whatever it does may be cut short by a kill or a loss of power:

    - disk("write", name, text) makes the file anew. Until the next line is done, any beginning of the text may be all
      that is left of it.
    - disk("sync", name) waits until all of the file is on the disk.
    - disk("rename", old, new) gives a file another name, in one step. If another file had that name, it is gone.
    - disk("remove", name) removes a file.
    """
    disk("write", "checkpoint.new", text)
    disk("sync", "checkpoint.new")
    disk("rename", "checkpoint.new", "checkpoint")
