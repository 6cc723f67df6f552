"""``make doctor`` finds what is wrong and says what to do."""

import pytest

from course import doctor


def test_a_healthy_installation_passes(capsys):
    with pytest.raises(SystemExit) as end:
        doctor.main()
    out = capsys.readouterr().out
    assert end.value.code == 0, out
    assert len(out.splitlines()) >= len(doctor.CHECKS) and "✗" not in out


def test_a_wrong_pin_is_named_with_the_remedy(monkeypatch, tmp_path, capsys):
    (tmp_path / "requirements.txt").write_text("numpy==0.0.1\nno-such-package==1.0\n")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    well, found, remedy = doctor.pins()
    assert not well and "(needs 0.0.1)" in found and "no-such-package missing" in found
    assert "pip install" in remedy


def test_corrupt_data_fails(monkeypatch, tmp_path):
    from course.data import embedded

    monkeypatch.setattr(embedded, "DATASETS", tmp_path)
    well, found, _ = doctor.data()
    assert not well and "SHA256SUMS is missing" in found
