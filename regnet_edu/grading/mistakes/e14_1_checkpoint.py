"""Right and wrong ways to write exercise 14.1."""

import math


def rate__right_as_a_share(step, steps, batch):
    """First the share of the peak, then the peak."""
    rise = steps // 20
    fallen = math.pi * (step - rise) / (steps - rise)
    share = (step + 1) / rise if step + 1 <= rise else math.cos(fallen / 2) ** 2
    return share * 0.1 / 128 * batch


def rate__right_list(step, steps, batch):
    """All rates, and one of them."""
    rise = round(0.05 * steps)
    up = [k / rise for k in range(1, rise + 1)]
    down = [0.5 + 0.5 * math.cos(math.pi * k / (steps - rise)) for k in range(steps - rise)]
    return batch / 1280 * (up + down)[step]


def _rate(step, steps, batch, rise=None):
    peak, rise = 0.1 * batch / 128, steps // 20 if rise is None else rise
    if step < rise:
        return peak * (step + 1) / rise
    return peak * (1 + math.cos(math.pi * (step - rise) / (steps - rise))) / 2


def rate__no_warm_up(step, steps, batch):
    """the warm-up is missing: the cosine begins with the first step."""
    return _rate(step, steps, batch, rise=0)


def rate__long_warm_up(step, steps, batch):
    """the warm-up takes a tenth of the steps: it takes a twentieth."""
    return _rate(step, steps, batch, rise=steps // 10)


def rate__batch_forgotten(step, steps, batch):
    """the peak does not follow the batch: it is 0.1 for 128 images, and twice that for 256."""
    return _rate(step, steps, 128)


def rate__root_of_the_batch(step, steps, batch):
    """the peak grows with the square root of the batch: the paper scales it linearly."""
    return _rate(step, steps, 128) * math.sqrt(batch / 128)


def rate__from_zero(step, steps, batch):
    """the rise begins at 0, so that the first step changes nothing: step 0 has its share already."""
    rise = steps // 20
    return _rate(step, steps, batch) if step >= rise else 0.1 * batch / 128 * step / rise


def rate__cosine_from_step_0(step, steps, batch):
    """the cosine is counted from step 0: it begins where the rise ends."""
    rise = steps // 20
    if step < rise:
        return _rate(step, steps, batch)
    return 0.1 * batch / 128 * (1 + math.cos(math.pi * step / steps)) / 2


def rate__whole_period(step, steps, batch):
    """a whole period of the cosine was taken, and it rises again: half a period ends at 0."""
    rise = steps // 20
    if step < rise:
        return _rate(step, steps, batch)
    return 0.1 * batch / 128 * (1 + math.cos(2 * math.pi * (step - rise) / (steps - rise))) / 2


def rate__straight(step, steps, batch):
    """it falls in a straight line: the paper's falls as half a period of a cosine."""
    rise = steps // 20
    return _rate(step, steps, batch) if step < rise else 0.1 * batch / 128 * (steps - step) / (steps - rise)


def train__right_epochs(gradient, order, lr, epochs, state, save):
    """Two loops; the first epoch may be begun already."""
    epoch, place, weight, velocity = state["now"] if state else (0, 0, 0.0, 0.0)
    while epoch < epochs:
        images = order(epoch)
        for k in range(place, len(images)):
            velocity = 0.9 * velocity + gradient(weight, images[k])
            weight = weight - lr(epoch * len(images) + k) * velocity
            save({"now": (epoch, k + 1, weight, velocity)})
        epoch, place = epoch + 1, 0
    return weight


def train__right_number_of_the_step(gradient, order, lr, epochs, state, save):
    """Epoch and place from the number of the step; the state goes along."""
    state = dict(state) if state else {"weight": 0, "velocity": 0, "step": 0}
    images = len(order(0))
    while state["step"] < epochs * images:
        epoch, place = divmod(state["step"], images)
        state["velocity"] = 0.9 * state["velocity"] + gradient(state["weight"], order(epoch)[place])
        state["weight"] -= lr(state["step"]) * state["velocity"]
        state["step"] += 1
        save(state)
    return state["weight"]


def _train(gradient, order, lr, epochs, state, save, remember=lambda s: s, begin=lambda s: s, every=1):
    step, weight, velocity = begin(state) if state else (0, 0.0, 0.0)
    images = len(order(0))
    while step < epochs * images:
        velocity = 0.9 * velocity + gradient(weight, order(step // images)[step % images])
        weight -= lr(step) * velocity
        step += 1
        if step % every == 0:
            save(remember((step, weight, velocity)))
    return weight


def train__velocity_forgotten(gradient, order, lr, epochs, state, save):
    """the velocity is not in the state: after a kill it begins at 0 again."""
    return _train(gradient, order, lr, epochs, state, save, begin=lambda s: (s[0], s[1], 0.0))


def train__afresh(gradient, order, lr, epochs, state, save):
    """the state is not used: the training begins afresh."""
    return _train(gradient, order, lr, epochs, None, save)


def train__last_step_again(gradient, order, lr, epochs, state, save):
    """the step that was done last is done again: the state holds its number, not that of the next one."""
    return _train(gradient, order, lr, epochs, state, save, remember=lambda s: (s[0] - 1, s[1], s[2]))


def train__one_step_left_out(gradient, order, lr, epochs, state, save):
    """a step is left out after a kill: the number in the state is already that of the next one."""
    return _train(gradient, order, lr, epochs, state, save, begin=lambda s: (s[0] + 1, s[1], s[2]))


def train__epoch_again(gradient, order, lr, epochs, state, save):
    """the epoch begins again after a kill, and some images are taken twice: the state must hold the place in it."""
    images = len(order(0))
    return _train(gradient, order, lr, epochs, state, save, begin=lambda s: (s[0] // images * images, s[1], s[2]))


def train__schedule_again(gradient, order, lr, epochs, state, save):
    """the learning rate begins again after a kill: its step is counted over the whole training."""
    first = state[0] if state else 0
    return _train(gradient, order, lambda step: lr(step - first), epochs, state, save)


def train__one_order(gradient, order, lr, epochs, state, save):
    """every epoch has the order of the first one: ask order(epoch) for each."""
    return _train(gradient, lambda epoch: order(0), lr, epochs, state, save)


def train__rate_of_the_epoch(gradient, order, lr, epochs, state, save):
    """the learning rate follows the place in the epoch: it follows the step, counted over all epochs."""
    images = len(order(0))
    return _train(gradient, order, lambda step: lr(step % images), epochs, state, save)


def train__saved_each_epoch(gradient, order, lr, epochs, state, save):
    """the state is saved after each epoch only: after every step, was the task."""
    return _train(gradient, order, lr, epochs, state, save, every=len(order(0)))


def train__rate_in_the_velocity(gradient, order, lr, epochs, state, save):
    """the learning rate went into the velocity: then old gradients keep the rate that they had."""
    state = state or {"step": 0, "weight": 0.0, "velocity": 0.0}
    step, weight, velocity = state["step"], state["weight"], state["velocity"]
    images = len(order(0))
    while step < epochs * images:
        velocity = 0.9 * velocity + lr(step) * gradient(weight, order(step // images)[step % images])
        weight -= velocity
        step += 1
        save({"step": step, "weight": weight, "velocity": velocity})
    return weight


def keep__right_other_name(text, disk):
    """Another name, in two goes."""
    disk("write", "a", "")
    disk("write", "a", text)
    disk("sync", "a")
    disk("rename", "a", "checkpoint")


def keep__right_old_one_too(text, disk):
    """Synced once more than needed, and what was left over is removed."""
    disk("write", "next", text)
    disk("sync", "next")
    disk("rename", "next", "checkpoint")
    disk("sync", "checkpoint")
    disk("write", "log", "done")
    disk("remove", "log")


def keep__in_place(text, disk):
    """itself was written: killed in the middle"""
    disk("write", "checkpoint", text)
    disk("sync", "checkpoint")


def keep__no_sync(text, disk):
    """was renamed before it was synced"""
    disk("write", "checkpoint.new", text)
    disk("rename", "checkpoint.new", "checkpoint")
    disk("sync", "checkpoint")


def keep__removed_first(text, disk):
    """It looks as if the old checkpoint was removed first"""
    disk("write", "checkpoint.new", text)
    disk("sync", "checkpoint.new")
    disk("remove", "checkpoint")
    disk("rename", "checkpoint.new", "checkpoint")


def keep__moved_aside(text, disk):
    """It looks as if it was renamed the wrong way round"""
    disk("write", "checkpoint.new", text)
    disk("sync", "checkpoint.new")
    disk("rename", "checkpoint", "checkpoint.old")
    disk("rename", "checkpoint.new", "checkpoint")


def keep__never_renamed(text, disk):
    """still holds the old text"""
    disk("write", "checkpoint.new", text)
    disk("sync", "checkpoint.new")


def keep__wrong_name(text, disk):
    """There is no file"""
    disk("write", "checkpoint.new", text)
    disk("sync", "checkpoint.part")
    disk("rename", "checkpoint.new", "checkpoint")


def keep__half_of_it(text, disk):
    """is not the text that was to be kept"""
    disk("write", "checkpoint.new", text[:8])
    disk("sync", "checkpoint.new")
    disk("rename", "checkpoint.new", "checkpoint")
