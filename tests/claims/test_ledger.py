"""The ledger's two verbs, and the reader that finds numbers without a claim."""

import json

import pytest

from course.claims import check, cite, ledger
from course.claims.ledger import ClaimFailed
from course.claims.prose import links, numbers_without_claim, value_range
from course.errors import UnknownName

CLAIMS = {
    "net/accuracy": {"statement": "s", "source": "measured", "band": {"cpu": [0.9, 0.92]}},
    "net/gap": {"statement": "s", "source": "measured", "band": {"cpu": [0.1, None]}},
    "net/error": {"statement": "s", "source": "measured", "band": {"cpu": [None, 1e-5]}},
    "net/parameters": {"statement": "s", "source": "counted", "value": 61706},
    "paper/speedup": {"statement": "Six times faster", "source": "A 2012", "cited": 6},
    "net/long": {"statement": "s", "source": "m", "band": {"cpu": [0.8, 0.9], "gpu": [0.9, 1]}},
}


@pytest.fixture(autouse=True)
def small_ledger(tmp_path, monkeypatch):
    (tmp_path / "00_test.json").write_text(json.dumps(CLAIMS))
    monkeypatch.setattr(ledger, "FOLDER", tmp_path)
    monkeypatch.delenv("COURSE_CLAIMS_RECORD", raising=False)
    ledger.ledger.cache_clear()
    yield
    ledger.ledger.cache_clear()


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("net/accuracy", 0.9, "✓ net/accuracy in 0.9–0.92"),
        ("net/accuracy", 0.92, "✓ net/accuracy in 0.9–0.92"),
        ("net/gap", 7, "✓ net/gap ≥ 0.1"),
        ("net/error", 0, "✓ net/error ≤ 1e-05"),
        ("net/parameters", 61706, "✓ net/parameters = 61,706"),
    ],
)
def test_inside_the_band_prints_one_stable_line(key, value, line, capsys):
    check(key, value)
    assert capsys.readouterr().out == line + "\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("net/accuracy", 0.8999),
        ("net/accuracy", 0.9201),
        ("net/accuracy", float("nan")),
        ("net/gap", 0.09),
        ("net/error", float("inf")),
        ("net/parameters", 61705),
    ],
)
def test_outside_the_band_fails_with_value_and_band(key, value):
    with pytest.raises(ClaimFailed, match=rf"{key} came out as .*00_test\.json"):
        check(key, value)


def test_a_gpu_budget_has_a_band_of_its_own(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_BUDGET", "gpu")
    check("net/long", 0.95)
    monkeypatch.setenv("COURSE_BUDGET", "cpu")
    with pytest.raises(ClaimFailed):
        check("net/long", 0.95)


def test_cited_claims_are_cited_and_measured_ones_checked(capsys):
    cite("paper/speedup")
    assert capsys.readouterr().out == "❝ Six times faster (A 2012)\n"
    with pytest.raises(ValueError, match=r"claims\.check"):
        cite("net/accuracy")
    with pytest.raises(ValueError, match=r"claims\.cite"):
        check("paper/speedup", 6)


def test_unknown_key_and_key_in_two_files(tmp_path):
    with pytest.raises(UnknownName, match="'net/none'"):
        check("net/none", 1)
    (tmp_path / "01_other.json").write_text(json.dumps(CLAIMS))
    ledger.ledger.cache_clear()
    with pytest.raises(ValueError, match="another ledger file"):
        check("net/gap", 1)


def test_measuring_records_instead_of_failing(tmp_path, monkeypatch):
    record = tmp_path / "record.jsonl"
    monkeypatch.setenv("COURSE_CLAIMS_RECORD", str(record))
    check("net/accuracy", 0.5)
    assert json.loads(record.read_text()) == {"key": "net/accuracy", "value": 0.5}


CLAIM = '[0.91](../course/claims/02_lenet.json "lenet/test_accuracy")'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"LeNet reaches {CLAIM} on the test set.", []),
        ("LeNet reaches 0.91 on the test set.", ["0.91"]),
        ("It has 61,706 parameters and gains 2 %.", ["61,706", "2 %"]),
        (r"A $28 \times 28$ image, `epochs=10`, LeNet-5 (LeCun, 1998), lecture 02.", []),
        ("# 2 Convolution\n\n1. first\n2. second", []),
        ("[the paper](https://example.org/98/7) says 6 times", ["6"]),
        ("```python\nx = 3\n```\nand 4", ["4"]),
        ("## 2 Results\n\nIt is right 97 % of the time.\n\nAnd 5 times faster.", ["97 %", "5"]),
        ("1. first\n\nand 6 more", ["6"]),
        ("if a < 3 and if b > 4", ["3", "4"]),
        ("A <b>bold 7</b> word", ["7"]),
        ("Ren et al. 2017a, table 2, section 3.1 (equation 4); FCN-8s", []),
        ("[02 LeNet](02_lenet.ipynb) and [02](exercises/02_lenet.ipynb)", []),
        ("$$a = 1\n+ 2$$ and `x\n= 5`", []),
    ],
)
def test_numbers_without_a_claim_are_found(text, found):
    assert numbers_without_claim(text) == found


def test_links_are_read_with_their_key():
    assert links(f"a {CLAIM} b") == [("0.91", "02_lenet", "lenet/test_accuracy")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.91", 0.905, 0.915),
        ("91 %", 0.905, 0.915),
        ("61,706", 61705.5, 61706.5),
        ("−2", -2.5, -1.5),
    ],
)
def test_a_written_number_stands_for_what_rounds_to_it(text, low, high):
    assert value_range(text) == pytest.approx((low, high))


def test_a_claims_text_holds_one_number():
    with pytest.raises(ValueError, match="exactly one number"):
        value_range("from 2 to 3")
