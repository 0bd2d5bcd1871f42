from pathlib import Path

import pytest

from portal.settings import SETTINGS, SettingsError, misspelt, read_settings


def test_defaults_say_so(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path / "telusur.toml")
    assert settings.engine == "embedded"
    assert set(settings.sources.values()) == {"default"}


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    config = tmp_path / "telusur.toml"
    config.write_text('library = "Perpustakaan Uji"\nport = 9000\n', encoding="utf-8")
    settings = read_settings({"TELUSUR_PORT": "9001"}, config)
    assert (settings.library, settings.port) == ("Perpustakaan Uji", 9001)
    assert settings.sources["TELUSUR_PORT"] == "environment"
    assert settings.sources["TELUSUR_LIBRARY"] == str(config)


@pytest.mark.parametrize("text", ['prot = "1"', "port = [", 'port = "x"', "port = 70000"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    config = tmp_path / "telusur.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"telusur\.toml"):
        read_settings({}, config)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("library = Perpustakaan Kota Bitung", "between straight quotation marks"),
        ("library = “Perpustakaan Kota Bitung”", "between straight quotation marks"),
        ('data = "C:\\Users\\maria"', r"'C:\data' where it has backslashes"),
        ('libary = "Bitung"', "libary is library, perhaps"),
        ('TELUSUR_LIBRARY = "Bitung"', "TELUSUR_LIBRARY is library, perhaps"),
        ('[telusur]\nlibrary = "Bitung"', "without a heading in brackets"),
        ('hosts = ["a.example.org", "b.example.org"]', "several have commas between"),
    ],
)
def test_a_slip_in_the_file_is_told_with_what_is_right(tmp_path: Path, text: str, advice: str) -> None:
    config = tmp_path / "telusur.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_settings({}, config)
    assert advice in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_in_another_encoding_is_told_as_that(tmp_path: Path, encoding: str) -> None:
    config = tmp_path / "telusur.toml"
    config.write_text('library = "Bücherei"\n', encoding=encoding)
    with pytest.raises(SettingsError, match="save it again as UTF-8"):
        read_settings({}, config)


def test_readme_lists_every_setting() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"`{setting.variable}`" in readme


def test_letters_need_an_address_they_come_from(tmp_path: Path) -> None:
    server = {"TELUSUR_SMTP": "smtp://127.0.0.1"}
    with pytest.raises(SettingsError, match="TELUSUR_EMAIL"):
        read_settings(server, tmp_path / "none.toml")
    settings = read_settings({**server, "TELUSUR_EMAIL": "perpus@example.org"}, tmp_path / "none.toml")
    assert settings.accounts.smtp is not None
    assert (settings.accounts.smtp.host, settings.accounts.smtp.port) == ("127.0.0.1", 25)


def test_a_file_that_begins_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    config = tmp_path / "telusur.toml"
    config.write_text('library = "Perpustakaan Uji"\n', encoding="utf-8-sig")
    assert read_settings({}, config).library == "Perpustakaan Uji"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "kota?x#y"])
def test_a_source_that_cannot_begin_an_id_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="TELUSUR_SOURCE"):
        read_settings({"TELUSUR_SOURCE": name}, tmp_path / "telusur.toml")


def test_a_data_folder_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TELUSUR_DATA"):
        read_settings({"TELUSUR_DATA": " "}, tmp_path / "telusur.toml")


def test_a_setting_that_is_misspelt_is_told_with_what_was_meant() -> None:
    told = misspelt({"TELUSUR_DATABSE": "x", "TELUSUR_DATA": "x", "TELUSUR_SHARED": "x", "PATH": "x"})
    assert [sentence.split(" is ")[0] for sentence in told] == ["TELUSUR_DATABSE"]
    assert told[0].endswith("TELUSUR_DATABASE?")
