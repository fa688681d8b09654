"""Settings: one place, named in three ways, and unsafe ones stop the start (P1e)."""

import dataclasses
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from surveyapp.analysis import vector_kinds
from surveyapp.errors import Misconfigured
from surveyapp.settings import Settings, load

UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"public_url": "http://surveys.example.org"}, "must begin with https"),
    ({"public_url": "ftp://surveys.example.org"}, "public_url must look like"),
    ({"public_url": "surveys.example.org"}, "public_url must look like"),
    ({"public_url": "https://"}, "public_url must look like"),
    ({"public_url": "https://surveys.example.org/app"}, "public_url must look like"),
    ({"public_url": "https://user:secret@surveys.example.org"}, "public_url must look like"),
    ({"public_url": "https://surveys.example.org?x=1"}, "public_url must look like"),
    ({"public_url": "https://surveys.example.org:99999"}, "public_url must look like"),
    ({"public_url": "https://[::1"}, "public_url must look like"),
    ({"secret_key": "short"}, "at least 32 characters"),
    ({"database_url": "mysql://root@localhost/x"}, "database_url must begin"),
    ({"smallest_group": 2}, "at least 3"),
    ({"quote_group": 4}, "at least as large"),
    ({"trusted_proxies": "-1"}, "whole number"),
    ({"trusted_proxies": "1_0"}, "whole number"),
    ({"trusted_proxies": "٣"}, "whole number"),
    ({"idle_minutes": 0}, "between 1 and 240"),
    ({"idle_minutes": 241}, "between 1 and 240"),
    ({"signed_in_hours": 25}, "between 1 and 24"),
    ({"log_level": "loud"}, "log_level"),
    ({"analysis_vectors": "magic"}, "analysis_vectors: .* choose static or hybrid"),
    ({"smallest_grup": 5}, "no setting named smallest_grup"),
]


@pytest.mark.parametrize(("given", "complaint"), UNSAFE, ids=lambda value: str(value)[:40])
def test_p1e_what_would_break_a_promise_stops_the_start(tmp_path: Path, given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        load(tmp_path, environ={}, **given)


def test_vectors_that_are_not_installed_stop_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_kinds, "find_spec", lambda _name: None)

    assert load(tmp_path, environ={}).analysis_vectors == "static"
    with pytest.raises(Misconfigured, match="pip install --no-deps"):
        load(tmp_path, environ={"SURVEYAPP_ANALYSIS_VECTORS": "hybrid"})


def test_a_new_instance_has_safe_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path / "new" / "instance", environ={})
    assert (settings.smallest_group, settings.quote_group) == (5, 10)
    assert (settings.idle_minutes, settings.signed_in_hours) == (30, 12)
    assert settings.trusted_proxies == 0
    assert settings.database == f"sqlite:///{tmp_path / 'new' / 'instance' / 'surveyapp.db'}"
    assert settings.hosts == ["127.0.0.1", "::1", "localhost"]


def test_the_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = load(tmp_path, environ={}), load(tmp_path, environ={})
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert first.secret_key not in repr(first)
    assert load(tmp_path / "other", environ={}).secret_key != first.secret_key


def test_p1e_a_key_that_was_cut_short_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(Misconfigured, match="at least 32 characters"):
        load(tmp_path, environ={})


def test_given_stands_above_environment_and_environment_above_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('smallest_group = 6\nquote_group = 12\nlog_level = "error"\n')
    settings = load(
        tmp_path, environ={"SURVEYAPP_QUOTE_GROUP": "15", "SURVEYAPP_LOG_LEVEL": "debug"}, log_level="warning"
    )
    assert (settings.smallest_group, settings.quote_group, settings.log_level) == (6, 15, "warning")


@pytest.mark.parametrize(
    "content", [b"smallest_group = ", b"\xff\xfe", b"smallest_group = [1]", b"smallest_group = true"]
)
def test_a_file_that_cannot_be_read_stops_the_start_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"settings\.toml|smallest_group"):
        load(tmp_path, environ={})


def test_a_misspelt_variable_of_ours_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no setting named smallest_grup"):
        load(tmp_path, environ={"SURVEYAPP_SMALLEST_GRUP": "9"})


def test_a_folder_that_cannot_be_made_or_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="cannot be made"):
        load(tmp_path / "file" / "instance", environ={})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "fixed").mkdir(mode=0o500)
    with pytest.raises(Misconfigured, match="cannot be written"):
        load(tmp_path / "fixed", environ={})


def test_with_https_only_the_public_name_is_answered_to(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={}, public_url="https://surveys.example.org/")
    assert settings.is_https
    assert settings.hosts == ["surveys.example.org"]


def test_each_setting_says_what_it_means() -> None:
    for field in dataclasses.fields(Settings):
        if field.name != "instance":
            assert field.metadata["meaning"].endswith("."), field.name


def test_settings_stay_as_they_were_read(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.smallest_group = 1  # type: ignore[misc]  # that it is refused is the point
