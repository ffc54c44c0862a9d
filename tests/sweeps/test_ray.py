"""The Ray engine on a real cluster of two nodes on this machine: the records of the local engine, whatever is lost."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from each import each

import regnet_edu as rn
from regnet_edu.cli.parser import build_parser, main
from regnet_edu.cli.sweep import engine
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import CLASSES, pictures
from regnet_edu.sweeps import records
from regnet_edu.sweeps.engines import ray as cluster
from regnet_edu.sweeps.engines import ray_cluster as connection
from regnet_edu.sweeps.engines.engine import Job
from regnet_edu.sweeps.sweep import sweep
from regnet_edu.training.regime import Regime

ray = pytest.importorskip("ray")

REGIME = Regime("test", "synthetic", 16, (1e5, 2e6), {"AnyNet": {"max_depth": 3, "max_width": 64}}, 160, 100, 32)
SAME = ["index", "seed", "status", "error", "errors", "loss", "depths", "widths", "bottleneck_ratios", "group_widths"]


@pytest.fixture(scope="module")
def images():
    return rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")


def run(images, out=None, n=4, **options):
    return sweep("AnyNetXA", n, REGIME, out, data=images, progress=False, engine=rn.RayEngine(**options))


@pytest.fixture(scope="module")
def undisturbed(images):
    return sweep("AnyNetXA", 8, REGIME, data=images, progress=False, workers=1)[SAME]


def two_nodes():
    """A head and one more node, of one processor each; the head says that it has a GPU, which is not true."""
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    found = Cluster()
    try:
        found.add_node(**small, num_gpus=1, include_dashboard=False)
        found.add_node(**small)
    except BaseException:
        found.shutdown()
        raise
    return found


@pytest.fixture(scope="module")
def nodes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.delenv("RAY_ADDRESS", raising=False)
        try:
            found = two_nodes()
        except Exception:  # Ray grants a node 30 s: its first start on a busy machine, from a cold disk, takes more
            found = two_nodes()
        yield found
        found.shutdown()


@pytest.fixture(scope="module")
def connected(nodes):
    """This process is connected to the cluster, and so are all sweeps that it runs."""
    with connection.connected(connection.find(nodes.address)):
        yield nodes


def wait_for(condition, seconds=120):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, "waited in vain"
        time.sleep(0.05)


def recorded(out):
    return len(records.read(out).networks) if out.exists() else 0


def free_processors():
    return ray.available_resources().get("CPU", 0)


def test_networks_of_one_s_own_are_found_by_the_nodes(connected, images):
    networks = [
        rn.AnyNetConfig((1, 1), (8, 16), 1, 8, block="own_blocks:ConvNeXt", stem_width=8),
        rn.ModuleConfig("own_spaces:mlp", {"depth": 2, "width": 16, "activation": "relu"}),
    ]
    options = {"regime": REGIME, "data": images, "progress": False}
    table = sweep(networks, engine=rn.RayEngine(), **options)
    assert set(table.status) == {"ok"} and table.loss.equals(sweep(networks, workers=1, **options).loss)


def test_a_cluster_gives_the_records_of_local_workers(connected, images, undisturbed, tmp_path):
    out = tmp_path / "a.jsonl"
    assert run(images, out, n=2, workers=1)[SAME].equals(undisturbed[:2])
    table = run(images, out)  # goes on, with as many workers as fit
    assert table[SAME].equals(undisturbed[:4])
    first, second = table.attrs["header"]["sessions"]
    assert (first["workers"], second["workers"], second["engine"]) == (1, 2, "ray")
    assert second["hardware"]["cluster"].startswith("Ray cluster of 2 nodes with 2 CPUs and 1 GPU")
    wait_for(lambda: free_processors() == 2, 30)  # all workers have gone


@pytest.mark.heavy
def test_the_package_goes_to_the_nodes_with_the_job(connected):
    def copies():
        return [p for p in sys.path if os.path.exists(os.path.join(p, "regnet_edu", "sweeps", "engines", "ray.py"))]

    assert set(ray.get(ray.remote(copies).remote())) - {str(Path(rn.__file__).parent.parent)}


@pytest.mark.heavy
def test_a_gpu_that_only_the_cluster_believes_in_is_refused_by_the_worker(connected, images, tmp_path):
    with pytest.raises(InputError, match="device 'cuda' is not there: this machine has no GPU that torch can use"):
        run(images, tmp_path / "a.jsonl", device="cuda", gpus=0.5)
    assert recorded(tmp_path / "a.jsonl") == 0


def test_a_worker_that_fits_on_no_node_is_refused_with_what_there_is(connected, images):
    with pytest.raises(InputError, match=r"no node .* with 2 CPUs; they have at most 1 CPU and 1 GPU$"):
        run(images, threads=2)


def test_closing_the_iterator_ends_the_training_within_seconds(connected, images):
    easy, endless = (rn.AnyNetConfig((depth,), (8,), 1, 8) for depth in (1, 10_000))
    tasks = [{"index": k, "seed": 0, "config": config.to_dict()} for k, config in enumerate((easy, endless))]
    with rn.RayEngine(workers=1).start(Job(REGIME, images, easy)) as crew:
        outcomes = crew.train(tasks)
        assert next(outcomes)["index"] == 0
        outcomes.close()
        wait_for(lambda: free_processors() == 2, 60)


@pytest.mark.heavy
def test_a_network_that_takes_too_long_is_ended(connected, images):
    endless = rn.AnyNetConfig((10_000,), (8,), 1, 8)
    engine = rn.RayEngine(workers=1, network_timeout=3)
    table = sweep([endless], regime=REGIME, data=images, progress=False, engine=engine)
    assert table.reason[0] == "it was ended after 3 s without a result"


@pytest.mark.heavy
def test_a_network_whose_worker_is_lost_every_time_is_recorded_as_failed(connected, images, monkeypatch):
    monkeypatch.setattr(cluster, "train_one", lambda told, data, task: os._exit(1))
    table = run(images, n=1)
    assert table.status[0] == "failed" and table.reason[0].startswith("its worker was lost (WorkerCrashedError: ")


@pytest.mark.heavy
def test_a_node_lost_in_the_middle_loses_no_record(connected, images, undisturbed, tmp_path):
    out = tmp_path / "a.jsonl"
    node = connected.add_node(num_cpus=1, object_store_memory=100 * 2**20)
    done_when_lost = []

    def lose() -> None:
        wait_for(lambda: recorded(out) >= 1)
        done_when_lost.append(recorded(out))
        connected.remove_node(node, allow_graceful=False)

    killer = threading.Thread(target=lose)
    killer.start()
    table = run(images, out, n=8, workers=3)
    killer.join()
    assert done_when_lost[0] < 8
    assert table[SAME].equals(undisturbed) and set(table.status) == {"ok"}
    assert len([line for line in out.read_bytes().splitlines() if b'"kind": "network"' in line]) == 8


def test_a_node_with_other_versions_or_without_the_images_is_refused(images, tmp_path):
    job = {"regime": REGIME.to_dict(), "device": "cpu", "threads": 1, "number": "1", "versions": cluster._versions()}
    with pytest.raises(InputError, match=r"node .* has torch .*, the driver 1.0; install the same on all"):
        cluster.trainer_of({**job, "versions": {"torch": "1.0"}}, images)
    elsewhere = SimpleNamespace(root=tmp_path / "imagenet")
    with pytest.raises(InputError, match=r"node .* has no image folder .*imagenet; it must be there on every node"):
        cluster.trainer_of(job, elsewhere)
    assert cluster.trainer_of(job, images) is cluster.trainer_of(job, images)  # prepared once
    cluster._kept.clear()


def test_nodes_that_may_round_otherwise_are_named_once(capsys):
    nodes, amd = cluster._Processors(), {"processor": "AMD EPYC", "count": 4}
    for other in (amd, {**amd, "count": 9}, None):
        nodes.compare(other)
    assert capsys.readouterr().err == ""
    for _ in range(2):
        nodes.compare({"processor": "Intel Xeon", "count": 4})
    assert capsys.readouterr().err.count("some nodes have 4 x AMD EPYC, others 4 x Intel Xeon: these may round") == 1


def test_room_on_a_cluster_counts_processors_and_shares_of_gpus_node_by_node(monkeypatch):
    resources = [{"CPU": 8.0, "GPU": 2.0}, {"CPU": 3.0, "GPU": 1.0}, {"CPU": 5.0}, {"GPU": 4.0, "CPU": 4.0}]
    found = [{"Alive": k < 3, "Resources": r} for k, r in enumerate(resources)]
    monkeypatch.setattr(connection, "ray_module", lambda: SimpleNamespace(nodes=lambda: found))
    assert connection.capacity(1) == 16 and connection.capacity(2) == 4 + 1 + 2
    assert connection.capacity(1, 1.0) == 3 and connection.capacity(1, 0.25) == 8 + 3
    assert connection.capacity(1, 0.1) == 8 + 3 and connection.capacity(4, 0.3) == 2
    with pytest.raises(InputError, match=r"no node .* with 4 CPUs and 1 GPU; they have at most 3 CPUs and 1 GPU$"):
        found[:] = found[1:2]
        connection.capacity(4, 1.0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"gpus": 0.0, "device": "cuda"}, "gpus 0.0 must be above 0 and at most 1"),
        ({"gpus": -1, "device": "cuda"}, "gpus -1 must be"),
        ({"gpus": 1.5, "device": "cuda"}, "gpus 1.5 must be"),
        ({"gpus": float("nan"), "device": "cuda"}, "gpus nan must be"),
        ({"gpus": "half", "device": "cuda"}, "gpus 'half' must be"),
        ({"gpus": 0.5}, "gpus 0.5 needs device cuda"),
        ({"device": "cuda:1"}, "device 'cuda:1' is not for engine ray"),
        ({"network_timeout": 0}, "network_timeout 0 must be above 0 seconds"),
        ({"workers": 0}, "workers 0 must be"),
    ],
)
def test_bad_arguments_get_one_sentence(options, sentence):
    with pytest.raises(InputError, match=sentence):
        rn.RayEngine(**options)


def test_without_ray_the_command_that_installs_it_is_named(images, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"Ray, which is not installed; install it with: pip install 'ray>=2\.40'"):
        run(images)


COMMAND = ("sweep", "AnyNetXA", "--n", "2", "--engine", "ray", "--quiet")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("127.0.0.1:9", "no Ray cluster answers at address '127.0.0.1:9': nothing answers there"),
        ("no-such-host.invalid:6379", "nothing answers there"),
        ("somewhere", "it is not HOST:PORT, such as 10.0.0.5:6379"),
        ("http://127.0.0.1:8265/x", "it is not HOST:PORT"),
        ("127.0.0.1:99999", "nothing answers there"),
    ],
)
def test_an_address_where_nothing_is_gets_one_sentence(address, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    for options in (("--address", address), ()):
        monkeypatch.setenv("RAY_ADDRESS", address)
        started = time.time()
        assert main([*COMMAND, "--out", str(tmp_path / "a.jsonl"), *options]) == 2
        said = capsys.readouterr()
        assert sentence in said.err and said.err.count("\n") == 1 and not said.out
        assert time.time() - started < 30


def test_an_address_where_something_else_listens_gets_one_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(connection, "PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert main([*COMMAND, "--out", str(tmp_path / "a.jsonl"), "--address", address]) == 2
    said = capsys.readouterr().err
    assert "what listens there did not answer as Ray does within 1 s" in said and said.count("\n") == 1


@each("then, patience", (("sys.exit(1)", 60.0), ("sys.stderr.flush(); time.sleep(600)", 5.0)))
def test_a_cluster_that_wants_a_token_is_told_so(then, patience, monkeypatch):
    monkeypatch.setattr(
        connection, "PROBE", f"import sys, time; print('RPC: InvalidAuthToken', file=sys.stderr); {then}"
    )
    monkeypatch.setattr(connection, "PATIENCE", patience)
    assert "it wants a token; set RAY_AUTH_MODE=token" in connection.why_not("auto")


def test_where_no_cluster_runs_auto_is_an_error_and_without_address_a_new_one_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text("127.0.0.1:9")  # left by a cluster that was killed
    monkeypatch.setattr(connection, "PATIENCE", 1.0)  # Ray would go on trying for minutes
    with pytest.raises(InputError, match="no Ray cluster runs on this machine; start one with: ray start --head"):
        connection.find("auto")
    assert connection.find() == connection.find("local") == "local"


def test_a_cluster_on_this_machine_gets_two_chances_to_start_and_one_elsewhere_has_one(monkeypatch):
    def slow(where, **_):
        asked.append(where)
        if len(asked) in too_slow:
            raise RuntimeError("The current node timed out during startup.\nAnd more.")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", slow)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    monkeypatch.setattr(connection, "why_not", lambda address: "")
    asked, too_slow = [], {1}
    with connection.connected("local"):
        assert asked == ["local"] * 2
    for where, too_slow in (("local", {1, 2}), ("10.0.0.5:6379", {1})):
        asked = []
        message = r"cannot be used: The current node timed out during startup$"
        with pytest.raises(InputError, match=message), connection.connected(where):
            pass
        assert asked == [where] * len(too_slow)


def test_the_readme_s_commands_for_a_cluster_are_understood():
    readme = Path(__file__).resolve().parents[2] / "README.md"
    lines = [line.partition("#")[0] for line in readme.read_text().splitlines() if "--engine ray --address" in line]
    assert len(lines) == 3
    for line in lines:
        options = build_parser().parse_args(shlex.split(line)[1:])
        assert isinstance(engine(options), rn.RayEngine)


def start_driver(out, address, networks=8):
    code = f"""
import regnet_edu as rn
from regnet_edu.data.synthetic import CLASSES, pictures
images = rn.ImageData("shapes", *pictures(200, 16, 1), *pictures(100, 16, 2), CLASSES, "0123456789abcdef")
regime = rn.Regime(**{REGIME.to_dict()!r})
engine = rn.RayEngine(address={address!r})
rn.sweep("AnyNetXA", {networks}, regime, {str(out)!r}, engine=engine, data=images, progress=False)
"""
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stderr=subprocess.PIPE, text=True)


@pytest.mark.heavy
def test_a_driver_killed_on_a_cluster_leaves_no_worker_and_is_resumed(connected, images, undisturbed, tmp_path):
    out = tmp_path / "a.jsonl"
    for done in (1, 3):
        driver = start_driver(out, connected.address)
        wait_for(lambda done=done: recorded(out) >= done, 300)
        driver.kill()
        driver.communicate()
        wait_for(lambda: free_processors() == 2, 60)
    assert run(images, out, n=8)[SAME].equals(undisturbed)


@pytest.mark.heavy
@pytest.mark.skipif(os.name != "posix", reason="sends Ctrl-C as a signal")
def test_ctrl_c_frees_the_cluster_within_seconds_and_says_how_to_go_on(connected, tmp_path):
    out = tmp_path / "a.jsonl"
    command = [sys.executable, "-m", "regnet_edu", "sweep", "AnyNetXA", "--n", "500", "--out", str(out)]
    driver = subprocess.Popen(
        [*command, "--engine", "ray", "--address", connected.address],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    wait_for(lambda: free_processors() == 0, 300)
    os.killpg(driver.pid, signal.SIGINT)
    started = time.time()
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130 and "the same command goes on from there" in said and "Traceback" not in said
    wait_for(lambda: free_processors() == 2, 30)
    assert time.time() - started < 30
