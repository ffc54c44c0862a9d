"""Arguments that are whole numbers, one writer at a time, and a library that is not there."""

import sys
import threading

import numpy as np
import pytest
from filelock import FileLock

from regnet_edu.common import files
from regnet_edu.common.errors import InputError, first_line
from regnet_edu.common.files import locked
from regnet_edu.common.optional_imports import torchvision_part
from regnet_edu.common.validation import whole


@pytest.mark.parametrize("value", [1, 7, np.int64(3), 2**70])
def test_a_whole_number_comes_back_as_an_int(value):
    assert whole("n", value) == value and type(whole("n", value)) is int


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None, float("nan")])
def test_anything_else_is_refused_with_its_name_and_value(value):
    with pytest.raises(InputError, match=r"^n .* must be a whole number of at least 1$") as caught:
        whole("n", value)
    assert repr(value) in str(caught.value)


def test_where_floats_come_from_tables_a_whole_one_will_do():
    assert whole("n", 4.0, whole_floats=True) == 4 and type(whole("n", np.float32(4), whole_floats=True)) is int
    with pytest.raises(InputError, match=r"n 2\.6 must be a whole number of at least 1; the nearest is 3"):
        whole("n", 2.6, whole_floats=True)
    with pytest.raises(InputError, match="n inf must be a whole number"):
        whole("n", float("inf"), whole_floats=True)


def test_the_least_and_what_is_counted_are_said():
    assert whole("seed", 0, least=0) == 0
    with pytest.raises(InputError, match="n 9 is too large; the largest is 8"):
        whole("n", 9, most=8)
    with pytest.raises(InputError, match="resolution 7 must be a whole number of pixels of at least 8"):
        whole("resolution", 7, least=8, of="pixels")


def test_one_writer_at_a_time_and_another_when_it_is_done(tmp_path):
    target, file = tmp_path / "new" / "a.jsonl", tmp_path / "new" / "a.jsonl.lock"
    held = locked(file, target, "sweep")
    with pytest.raises(InputError, match=r"a\.jsonl is being written by another sweep; wait for it or choose another"):
        locked(file, target, "sweep")
    held.release()
    locked(file, target, "sweep").release()


def test_a_lock_that_is_let_go_in_a_moment_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LETTING_GO", 60.0)
    dying = FileLock(tmp_path / "a.lock", thread_local=False)
    dying.acquire()
    threading.Timer(0.2, dying.release).start()
    locked(tmp_path / "a.lock", tmp_path / "a.jsonl", "sweep").release()


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"a\.jsonl cannot be written: "):
        locked(tmp_path / "file" / "a.lock", tmp_path / "file" / "a.jsonl", "sweep")


def test_the_first_line_of_an_exception():
    assert first_line(OSError("No such disk.\nHint: look again")) == "No such disk"
    assert first_line(MemoryError()) == "MemoryError"
    assert first_line(ValueError("x" * 500), longest=20) == "x" * 20


def test_torchvision_comes_by_its_part_or_what_would_do_instead_is_said(monkeypatch):
    assert torchvision_part("transforms.v2", "reading needs").RandomResizedCrop
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(InputError, match=r"^photos are read by torchvision, .* with your torch, or use synthetic$"):
        torchvision_part("datasets", "photos are read by", "use synthetic")
