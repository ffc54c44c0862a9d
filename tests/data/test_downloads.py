"""Fashion-MNIST and CIFAR-10: files in their real formats, downloads that go well, and downloads that do not."""

import functools
import gzip
import hashlib
import http.server
import io
import pickle
import shutil
import socketserver
import struct
import tarfile
import threading
from dataclasses import replace

import numpy as np
import pytest
from torchvision import datasets

from regnet_edu.common.errors import InputError
from regnet_edu.data import downloads
from regnet_edu.data import image_data as data

NOWHERE = "http://127.0.0.1:9/"  # nothing listens on the discard port


def idx(array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def fashion_files():
    rng, files = np.random.default_rng(0), {}
    for split, count in (("train", 20), ("t10k", 10)):
        files[f"{split}-images-idx3-ubyte"] = idx(rng.integers(0, 255, (count, 28, 28), np.uint8))
        files[f"{split}-labels-idx1-ubyte"] = idx((np.arange(count) % 10).astype(np.uint8))
    return files


def cifar_files():
    rng, files = np.random.default_rng(0), {}
    for name in [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]:
        rows = rng.integers(0, 255, (4, 3072), np.uint8)
        files[name] = pickle.dumps({"data": rows, "labels": [0, 1, 2, 9], "filenames": ["a.png"] * 4})
    files["batches.meta"] = pickle.dumps({"label_names": list("abcdefghij")})
    return files


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder; no published address is asked."""
    monkeypatch.setenv("REGNET_EDU_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv(downloads.MIRROR, raising=False)
    nowhere = {name: replace(published, url=NOWHERE) for name, published in downloads.PUBLISHED.items()}
    monkeypatch.setattr(downloads, "PUBLISHED", nowhere)
    return tmp_path / "cache"


@pytest.fixture
def published(cache, tmp_path, monkeypatch):
    """A folder with the archives as they are published, but small, and with their own hashes."""
    place = tmp_path / "published"
    place.mkdir()
    for name, content in fashion_files().items():
        (place / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    with tarfile.open(place / "cifar-10-python.tar.gz", "w:gz") as tar:
        for name, content in cifar_files().items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    for name, known in downloads.PUBLISHED.items():
        hashes = {file: hashlib.md5((place / file).read_bytes()).hexdigest() for file in known.archives}
        monkeypatch.setitem(downloads.PUBLISHED, name, replace(known, archives=hashes))
    return place


@pytest.fixture
def serve(monkeypatch):
    """Serve a folder, or what a handler of one's own says, as the mirror."""
    servers = []

    def start(handler):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        monkeypatch.setenv(downloads.MIRROR, f"http://127.0.0.1:{server.server_address[1]}/")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_fashion_mnist_is_read_from_files_put_there_by_hand(cache):
    raw = cache / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in fashion_files().items():
        (raw / name).write_bytes(content)
    images = data.load("fashion_mnist", 28)
    assert images.train_images.shape == (20, 28, 28, 1) and images.num_classes == 10 and images.channels == 1
    assert images.classes[0] == "T-shirt/top" and images.test_labels.tolist() == list(range(10))


@pytest.mark.parametrize(("name", "shape"), [("fashion_mnist", (20, 16, 16, 1)), ("cifar10", (20, 16, 16, 3))])
def test_archives_are_downloaded_checked_unpacked_and_decoded_once(name, shape, published, serve, cache, monkeypatch):
    serve(functools.partial(Quiet, directory=published))
    images = data.load(name, 16, progress=True)
    assert images.train_images.shape == shape
    monkeypatch.setenv(downloads.MIRROR, NOWHERE)
    monkeypatch.setattr(downloads, "fetch", None)
    again = data.load(name, 16)
    assert again.fingerprint == images.fingerprint
    assert isinstance(again.train_images, np.memmap) and (again.train_images == images.train_images).all()
    assert again.classes == images.classes and again.test_labels.tolist() == images.test_labels.tolist()


def test_archives_put_there_by_hand_need_no_network(published, cache):
    cache.mkdir()
    (published / "cifar-10-python.tar.gz").rename(cache / "cifar-10-python.tar.gz")
    images = data.load("cifar10")
    assert images.classes == tuple("abcdefghij") and images.test_labels.tolist() == [0, 1, 2, 9]


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10"])
def test_without_a_network_the_folder_to_fill_is_named(name, cache):
    sentence = rf"{name} is not in {cache}.* and .* could not be downloaded \(.*refused.*\); put .* into {cache}"
    with pytest.raises(InputError, match=sentence) as caught:
        data.load(name)
    assert "\n" not in str(caught.value) and downloads.MIRROR in str(caught.value)


def test_a_half_downloaded_archive_is_said_and_replaced_when_there_is_a_network(published, cache, serve):
    cache.mkdir()
    whole = (published / "cifar-10-python.tar.gz").read_bytes()
    half = cache / "cifar-10-python.tar.gz"
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=rf"is damaged or half-downloaded \({len(whole) // 2:,} bytes, MD5 "):
        data.load("cifar10")
    serve(functools.partial(Quiet, directory=published))
    assert len(data.load("cifar10").train_labels) == 20 and half.read_bytes() == whole


def test_a_download_with_the_wrong_hash_is_never_used(published, cache, serve):
    (published / "cifar-10-python.tar.gz").write_bytes(b"an error page")
    serve(functools.partial(Quiet, directory=published))
    with pytest.raises(InputError, match="does not match the known hash"):
        data.load("cifar10")
    assert not list(cache.rglob("*.*"))


def test_a_server_that_falls_silent_is_given_up(published, serve, monkeypatch):
    given_up = threading.Event()

    class Silent(Quiet):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"some")
            given_up.wait(100)

    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    serve(Silent)
    with pytest.raises(InputError, match="timed out"):
        data.load("cifar10")
    given_up.set()


def test_a_damaged_file_is_said(cache):
    raw = cache / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in fashion_files().items():
        (raw / name).write_bytes(content[:1000])
    with pytest.raises(InputError, match=r"fashion_mnist cannot be read .*; remove .* and start again"):
        data.load("fashion_mnist")


def test_the_published_files_are_those_that_torchvision_knows():
    fashion, cifar = (downloads.PUBLISHED[name] for name in ("fashion_mnist", "cifar10"))
    assert dict(datasets.FashionMNIST.resources) == fashion.archives
    assert [url.rstrip("/") for url in datasets.FashionMNIST.mirrors] == [fashion.url]
    assert {datasets.CIFAR10.filename: datasets.CIFAR10.tgz_md5} == cifar.archives
    assert datasets.CIFAR10.url == f"{cifar.url}/{datasets.CIFAR10.filename}"


def test_they_are_read_as_torchvision_reads_them(published, cache, monkeypatch):
    cache.mkdir()
    shutil.copytree(published, cache, dirs_exist_ok=True)
    shutil.copytree(published, cache / "FashionMNIST" / "raw")
    (cache / "cifar-10-batches-py").mkdir()
    for name, content in cifar_files().items():  # not unpacked: the safe way to do that came with Python 3.11.4
        (cache / "cifar-10-batches-py" / name).write_bytes(content)
    monkeypatch.setattr(datasets.CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(datasets.cifar, "check_integrity", lambda *_: True)
    theirs = [datasets.CIFAR10(cache, train) for train in (True, False)]
    ours = data.load("cifar10")
    assert (ours.train_images == theirs[0].data).all() and ours.test_labels.tolist() == theirs[1].targets
    assert ours.classes == tuple(theirs[0].classes)
    for file in fashion_files():
        (cache / "FashionMNIST/raw" / file).write_bytes(gzip.decompress((published / f"{file}.gz").read_bytes()))
    theirs = [datasets.FashionMNIST(cache, train) for train in (True, False)]
    ours = data.load("fashion_mnist", 28)
    assert (ours.test_images[..., 0] == theirs[1].data.numpy()).all() and ours.classes == tuple(theirs[0].classes)
    assert ours.train_labels.tolist() == theirs[0].targets.tolist()
