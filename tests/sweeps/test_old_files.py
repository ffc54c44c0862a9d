"""Record files of version 0.2, as they are: a sweep goes on with them, under the rules of today."""

import json
import shutil
from pathlib import Path

import pytest
from in_process import Here

import regnet_edu as rn
from regnet_edu.common.errors import InputError
from regnet_edu.data.synthetic import pictures

FILES = Path(__file__).parent / "files"


def begun(name, tmp_path):
    out = Path(shutil.copy(FILES / f"{name}_0_2.jsonl", tmp_path / "old.jsonl"))
    header = json.loads(out.read_text().splitlines()[0])
    return out, header, rn.Regime.from_dict(header["regime"])


def go_on(out, regime, n, data=None):
    return rn.sweep("RegNetX", n, regime, out, engine=Here(), data=data, progress=False)


def test_a_regime_and_built_in_data_keep_their_fingerprints(tmp_path):
    out, header, regime = begun("builtin", tmp_path)
    assert regime.fingerprint == header["regime_fingerprint"]
    table = go_on(out, regime, 3)
    assert len(table) == 3 and table.attrs["header"]["data"]["fingerprint"] == header["data"]["fingerprint"]


def test_arrays_without_a_fingerprint_are_gone_on_with_and_known_from_then_on(tmp_path):
    out, header, regime = begun("arrays", tmp_path)
    assert header["data"]["fingerprint"] == ""

    def arrays(seed):
        return rn.ImageData("shapes", *pictures(200, 16, seed), *pictures(100, 16, 2), tuple("abcdefghij"))

    assert len(go_on(out, regime, 3, arrays(1))) == 3
    with pytest.raises(InputError, match=rf"fingerprint {arrays(1).fingerprint}\), not .*{arrays(3).fingerprint}"):
        go_on(out, regime, 4, arrays(3))
