"""Files: replaced whole or not at all, through links, and never a device."""

import os
from pathlib import Path

import pytest

from regnet_edu.common.errors import InputError
from regnet_edu.common.files import regular, write_atomically


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path):
    write_atomically(tmp_path / "a", b"old")
    (tmp_path / "a").chmod(0o640)
    write_atomically(tmp_path / "a", lambda file: file.write(b"new"))
    assert (tmp_path / "a").read_bytes() == b"new" and names(tmp_path) == ["a"]
    assert os.name == "nt" or (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("torch has stopped")])
def test_what_fails_half_way_leaves_the_old_file(tmp_path, error):
    def half(file):
        file.write(b"ne")
        raise error

    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises((InputError, RuntimeError), match=r"a cannot be written: No space left|^torch has stopped$"):
        write_atomically(tmp_path / "a", half)
    assert (tmp_path / "a").read_bytes() == b"old" and names(tmp_path) == ["a"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to("target")
    for content in (b"first", b"second"):  # the target is not there at first
        write_atomically(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_bytes() == content


@pytest.mark.parametrize("path", ["/dev/null", "/dev/full", "/tmp", "pipe", "circle", "\0"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("circle").symlink_to("circle")
    for use in (regular, lambda path: write_atomically(path, b"")):
        with pytest.raises(InputError, match=r"is a (device|folder|pipe), not a regular file|cannot be used as a file"):
            use(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="a cannot be written: Not a directory"):
        write_atomically(tmp_path / "file" / "a", b"")
