"""What a record says of when, with what and on what it was made."""

import datetime
import importlib.metadata
import os

from regnet_edu.circumstances import circumstances, hardware


def test_the_date_is_now_and_the_versions_are_those_installed():
    found = circumstances()
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(found["date"])
    assert 0 <= age.total_seconds() < 60
    assert found["versions"]["torch"] == importlib.metadata.version("torch")
    assert {"regnet_edu", "python", "numpy"} <= set(found["versions"])


def test_the_gpu_is_named_where_it_is_the_device(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert hardware("cuda") == hardware()  # whoever trains there will say that there is none
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: f"a GPU called {device}")
    assert hardware().startswith(f"{os.cpu_count()} x ")
    assert hardware("cuda:1") == f"a GPU called cuda:1 with {hardware()}"
