"""Labels: every code named in English and in Chinese."""

import re

import pytest

from crmkit._checks import check_option
from crmkit.labels import LABELS, LANGUAGES, Label

CJK = re.compile(r"[\u4e00-\u9fff]")
EVERY_LABEL = [
    pytest.param(scheme, code, label, id=f"{scheme}-{code}")
    for scheme, labels in LABELS.items()
    for code, label in labels.items()
]


# By hand.


def test_a_label_gives_its_text_in_the_language_asked_for():
    label = Label("Churn rate", "流失率")
    assert label.text("en") == "Churn rate"
    assert label.text("zh") == "流失率"


@pytest.mark.parametrize(
    ("kpi", "chinese"),
    [("repeat_purchase_rate", "复购率"), ("customer_churn_rate", "流失率"), ("retention_rate", "留存率")],
)
def test_kpis_have_the_names_of_the_chinese_handbooks(kpi, chinese):
    assert LABELS["kpi"][kpi].zh == chinese


def test_definitions_of_a_kpi_are_told_apart_in_words():
    assert LABELS["kpi"]["customer_acquisition_rate[customers]"].zh == "获客率（按期初客户）"
    assert LABELS["kpi"]["net_mrr_churn_rate[excluded]"].en == "Net MRR churn rate (without reactivation)"
    # never "…（固定留存率）（期末收款）"
    assert LABELS["kpi"]["contract_value[end]"].zh == "客户终身价值（固定留存率，期末收款）"


def test_the_audit_has_a_name_for_every_reason():
    reasons = "no_customer unusable_date uncounted_status unusable_amount no_rate after_as_of refund zero_price kept"
    assert list(LABELS["audit_reason"]) == [*reasons.split(), "given"]


# Laws.


@pytest.mark.parametrize(("scheme", "code", "label"), EVERY_LABEL)
def test_every_code_is_named_in_both_languages(scheme, code, label):
    assert label.en.strip() == label.en != ""
    assert label.zh.strip() == label.zh != ""
    assert CJK.search(label.zh)
    assert not CJK.search(label.en)


@pytest.mark.parametrize("code", [code for code in LABELS["kpi"] if "[" in code])
def test_no_option_of_the_code_stands_in_a_chinese_name(code):
    name, option = code.removesuffix("]").split("[")
    assert LABELS["kpi"][code].zh.startswith(LABELS["kpi"][name].zh.removesuffix("）"))
    assert option not in LABELS["kpi"][code].zh


@pytest.mark.parametrize("scheme", LABELS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_codes_of_a_scheme_never_share_a_name(scheme, language):
    names = [label.text(language) for label in LABELS[scheme].values()]
    assert len(set(names)) == len(names)


def test_labels_cannot_be_changed():
    with pytest.raises(TypeError, match="does not support item assignment"):
        LABELS["kpi"] = {}
    with pytest.raises(TypeError, match="does not support item assignment"):
        LABELS["kpi"]["revenue"] = Label("x", "y")


# Refusals.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_languages_are_accepted(language):
    check_option(language, LANGUAGES, name="language")


@pytest.mark.parametrize("language", ["de", "EN", "zh-CN", "", None, 1, ["en"]])
def test_another_language_is_refused(language):
    with pytest.raises(ValueError, match=r"`language` must be one of \['en', 'zh'\], got"):
        check_option(language, LANGUAGES, name="language")
