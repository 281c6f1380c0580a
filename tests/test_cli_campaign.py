"""The commands under `crmkit campaign`."""

import json
import re

import pandas as pd
import pytest
from tests.commands import run


def contacts(tmp_path, *, rows=None):
    """100 customers of either arm: 10 of the control group and 30 of the others bought, for 5 each."""
    rows = rows or [
        (f"{arm}{place}", arm, "2024-01-01", 14, cost, int(place < n), 5 * (place < n), place % 7, "new")
        for arm, n, cost in (("none", 10, 0), ("email", 30, 0.5))
        for place in range(100)
    ]
    columns = ["customer_id", "arm", "contact_date", "window_days", "cost", "bought", "spend", "before", "note"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "contacts.csv", index=False)
    return tmp_path / "contacts.csv"


# By hand.


def test_effects_and_returns_by_hand(tmp_path):
    options = ["--spend", "spend", "--margin", 0.6, "--as-of", "2024-02-01", "--json"]
    code, stdout, _ = run("campaign", "judge", contacts(tmp_path), *options)
    found = json.loads(stdout)
    bought, spend = found["effects"]
    assert code == 0
    assert found["columns"]["control"] == "none"
    # 30 % less 10 %; money of 1.5 less 0.5; 100 * 1 * 0.6 - 50 is 10, a fifth of the cost
    assert (bought["outcome"], bought["difference"], bought["incremental"]) == ("bought", pytest.approx(0.2), 20)
    assert spend["difference"] == pytest.approx(1)
    assert found["returns"][0]["incremental_profit"] == pytest.approx(10)
    assert found["returns"][0]["return_on_marketing_investment"] == pytest.approx(0.2)
    assert found["checks"] is None
    printed = run("campaign", "judge", contacts(tmp_path), *options[:-1])[1]
    assert re.search(r"bought +30\.0% +10\.0% +20\.00 pp", printed)


# Reference: the formula of Fleiss, Levin and Paik, chapter 4, as `sample_size_table` is tested against it.


def test_the_plan_is_that_of_the_library():
    from crmkit.loyalty.campaigns import detectable_effect_table, sample_size_table

    asked = ["campaign", "plan", "--arms", "none=0.1,email=0.9", "--base-rate", 0.05, "--json"]
    arms = {"arms": {"none": 0.1, "email": 0.9}, "control": "none", "base_rate": 0.05}
    needed = json.loads(run(*asked, "--effect", 0.01)[1])["plan"]
    assert [row["n_customers"] for row in needed] == list(sample_size_table(effect=0.01, **arms)["n_customers"])
    seen = json.loads(run(*asked, "--n-customers", 20000)[1])["plan"]
    asked = detectable_effect_table(n_customers=20000, **arms)
    assert seen[0]["detectable_increase"] == pytest.approx(asked["detectable_increase"][0])


def test_a_past_that_tells_all_but_noise_leaves_little_to_chance(tmp_path):
    path = tmp_path / "past.csv"
    # spring is winter and +1 or -1 in turn, uncorrelated with it: what is left is near 1 of 1 + 100 ** 2 / 12
    rows = [(place, 1 - 2 * (place % 4 in (0, 3))) for place in range(100)]
    pd.DataFrame({"winter": [x for x, _ in rows], "spring": [x + e for x, e in rows]}).to_csv(path, index=False)
    asked = ["campaign", "plan", path, "--outcome", "spring", "--past", "winter", "--arms", "a=0.5,b=0.5"]
    past = json.loads(run(*asked, "--effect", 1, "--json")[1])["past"]
    assert past[1]["variance_left"] == pytest.approx(1 / (1 + 100**2 / 12), rel=0.05)


# Laws.


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_assignment_is_the_library_s_with_the_columns_of_the_file(ending, tmp_path):
    from crmkit.loyalty.campaigns import assign_arms

    base = pd.DataFrame({"customer_id": [f"c{n}" for n in range(400)], "region": ["north", "south"] * 200})
    base.to_csv(tmp_path / "base.csv", index=False)
    output = tmp_path / f"out.{ending}"
    options = ["--campaign", "spring", "--key", "secret", "--arms", "none=0.25,email=0.75", "--strata", "region"]
    code, stdout, stderr = run(
        "campaign", "assign", tmp_path / "base.csv", *options, "--holdout", 0.1, "--output", output
    )
    found = pd.read_csv(output) if ending == "csv" else pd.read_excel(output)
    arms = {"none": 0.25, "email": 0.75}
    asked = assign_arms(
        base, campaign="spring", key="secret", arms=arms, control="none", holdout_share=0.1, strata="region"
    )
    assert (code, stderr.count("off its plan")) == (0, 0)
    assert list(found.columns) == ["customer_id", "region", "campaign", "arm", "treated"]
    assert found["arm"].tolist() == asked["arm"].astype(str).tolist()
    assert found["customer_id"].tolist() == base["customer_id"].tolist()
    assert "holdout" in stdout


@pytest.mark.parametrize(("language", "told"), [("en", "off its plan"), ("zh", "偏离")])
def test_a_check_that_fails_is_said_before_the_effects(language, told, tmp_path):
    options = ["--shares", "none=0.2,email=0.8", "--output", tmp_path / "effects.xlsx", "--language", language]
    options += ["--as-of", "2024-02-01", "--past", "before"]
    code, stdout, stderr = run("campaign", "judge", contacts(tmp_path), *options)
    assert code == 0
    assert told in stderr
    titles = {"en": ["Effects", "Checks"], "zh": ["效果", "检查"]}[language]
    assert list(pd.read_excel(tmp_path / "effects.xlsx", sheet_name=None)) == titles
    assert titles[0] in stdout


def test_windows_that_are_not_over_have_no_test(tmp_path):
    path = contacts(tmp_path)
    code, stdout, _ = run("campaign", "judge", path, "--as-of", "2024-01-05")
    assert (code, stdout.count("windows open")) == (0, 2)
    assert all(
        row["p_value"] is None
        for row in json.loads(run("campaign", "judge", path, "--as-of", "2024-01-05", "--json")[1])["effects"]
    )


def test_effects_are_drawn(tmp_path):
    output = tmp_path / "effects.png"
    assert run("campaign", "judge", contacts(tmp_path), "--as-of", "2024-02-01", "--output", output)[0] == 0
    assert output.read_bytes().startswith(b"\x89PNG")


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["judge", "contacts.csv", "--spend", "spend"], "--spend needs --margin", "--spend 须与 --margin"),
        (["judge", "contacts.csv", "--past", "note"], "not a number, such as 'new'", "不是数字的文本"),
        (["judge", "contacts.csv", "--shares", "none"], "must be arms and their shares", "须为各分组及其占比"),
        (["plan", "--arms", "a=0.5,b=0.5", "--effect", "1"], "Give --base-rate, or FILE", "请给出 --base-rate"),
        (["plan", "--arms", "a=0.5,b=0.5", "--base-rate", "0.1"], "Give --effect", "请给出 --effect"),
        (
            ["plan", "contacts.csv", "--outcome", "arm", "--arms", "a=0.5,b=0.5", "--effect", "1"],
            "not a number",
            "数字",
        ),
        (
            ["assign", "contacts.csv", "--campaign", "x", "--key", "k", "--arms", "a=0.5,b=0.5"],
            "which the assignment makes",
            "与分组结果重名",
        ),
        (
            ["judge", "contacts.csv", "--outcomes", "bought", "--spend", "spend", "--margin", "0.4"],
            "--spend names 'spend', which is not one of the outcomes ['bought']",
            "不在结果列 ['bought'] 之中",
        ),
        (
            ["judge", "contacts.csv", "--cost", "", "--spend", "spend", "--margin", "0.4"],
            "Returns need what the contacts cost",
            "计算回报需要触达成本",
        ),
        (["guess"], "guess", "guess"),
        (["judge", "contacts.csv", "--amount", "x"], "--amount", "--amount"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_both_languages(arguments, english, chinese, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    contacts(tmp_path)
    for language, told in (("en", english), ("zh", chinese)):
        code, _, stderr = run("campaign", *arguments, "--language", language)
        assert code == 2
        assert told in stderr


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The campaign 'summer' has the arms ['sms'], which are not in --shares"),
        ("zh", "活动 'summer' 含有分组 ['sms']"),
    ],
)
def test_a_campaign_with_another_plan_is_named(language, told, tmp_path):
    path = contacts(tmp_path)
    spring = pd.read_csv(path).assign(campaign="spring")
    summer = spring.replace({"arm": {"email": "sms"}}).assign(campaign="summer")
    pd.concat([spring, summer]).to_csv(path, index=False)
    options = ["--as-of", "2024-02-01", "--shares", "none=0.5,email=0.5", "--language", language]
    code, _, stderr = run("campaign", "judge", path, *options)
    assert code == 3
    assert told in stderr


# Input untouched.


def test_the_file_stays_as_it_is(tmp_path):
    path = contacts(tmp_path)
    before = path.read_bytes()
    run("campaign", "judge", path, "--as-of", "2024-02-01")
    assert path.read_bytes() == before
