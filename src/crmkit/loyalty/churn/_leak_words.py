"""What each check for leaks says, in both languages."""

from __future__ import annotations

from typing import Final, NamedTuple

from crmkit._names import Label

__all__ = ["Finding", "sentence"]


class Finding(NamedTuple):
    """What a check found: of one feature or of all, beside the limit above which it is a warning."""

    check: str
    feature: str | None
    value: float
    limit: float

    @property
    def is_warning(self) -> bool:
        """Whether the value lies above the limit."""
        return self.value > self.limit


# What is said below the limit, and above.
_SENTENCES: Final = {
    "after_cutoff": (
        Label("No date of {feature} lies after the cutoff.", "{feature} 没有晚于截止日的日期。"),
        Label(
            "{value:.1%} of the rows have a date in {feature} after the cutoff: it was not known then. Take what was "
            "known by the cutoff.",
            "{value:.1%} 的行在 {feature} 中的日期晚于截止日，当时尚不可知。请只用截止日前已知的内容。",
        ),
    ),
    "scaled_together": (
        Label("No feature was scaled over training and test together.", "没有特征是在训练集与测试集上一并做标准化的。"),
        Label(
            "{feature} has mean 0 and deviation 1, or reaches from 0 to 1, over training and test together and not "
            "over training alone: it was scaled before the split. Fit the scaling in training, in a pipeline.",
            "{feature} 在训练集与测试集合并后均值为 0、标准差为 1（或恰为 0 到 1），仅看训练集则不是：标准化先于划分。"
            "请在训练集上拟合，例如放进流水线。",
        ),
    ),
    "balanced": (
        Label(
            "The rarer outcome is {value:.1%} of the test or of training.", "测试集或训练集中较少的一类占 {value:.1%}。"
        ),
        Label(
            "Training and test hold as many who left as who stayed. Unless it is so among all customers, they were "
            "resampled before the split (oversampling, SMOTE): resample training alone.",
            "训练集与测试集中流失与留下的人数相等。除非全体客户本来如此，便是在划分之前做了重采样（过采样、SMOTE）："
            "请只对训练集重采样。",
        ),
    ),
    "copied_rows": (
        Label(
            "Customers of the rarer outcome have a double in training no more often than the others: {value:+.1%}.",
            "较少一类的测试客户在训练集中有相同行的比例，并不比另一类高：{value:+.1%}。",
        ),
        Label(
            "Customers of the rarer outcome have a double in training, equal in all features, more often than the "
            "others, by {value:.1%} of them: they were copied before the split. Copy in training alone.",
            "较少一类的测试客户在训练集中有完全相同的行，其比例比另一类高 {value:.1%}：复制先于划分。"
            "请只在训练集内复制。",
        ),
    ),
    "one_feature": (
        Label("{feature} alone has an AUC of {value:.3f}.", "单凭 {feature}，AUC 为 {value:.3f}。"),
        Label(
            "{feature} alone tells who left, with an AUC of {value:.3f}. Was it written down once they had left?",
            "单凭 {feature} 就能看出谁流失，AUC 为 {value:.3f}。它是不是在客户离开之后才记下的？",
        ),
    ),
    "same_customer": (
        Label("No customer is in training and in test.", "没有客户同时出现在训练集与测试集中。"),
        Label(
            "{value:.1%} of the customers of the test are in training as well: the model may recognise them. Divide by "
            "customer.",
            "测试集中有 {value:.1%} 的客户也在训练集中：模型可能是认出了他们。请按客户划分。",
        ),
    ),
    "gain": (
        Label(
            "Without {feature} the AUC of the model is {value:.3f} lower.",
            "去掉 {feature}，模型的 AUC 降低 {value:.3f}。",
        ),
        Label(
            "Without {feature} the AUC of the model is {value:.3f} lower: the result hangs on it. Was it known at the "
            "time of the prediction?",
            "去掉 {feature}，模型的 AUC 降低 {value:.3f}：结果全靠它。预测之时它已知吗？",
        ),
    ),
    "result": (
        Label("The AUC of the model on the test is {value:.3f}.", "模型在测试集上的 AUC 为 {value:.3f}。"),
        Label(
            "The AUC of the model on the test is {value:.3f}, more than churn can usually be foreseen with. Look for "
            "what it knows that nobody could.",
            "模型在测试集上的 AUC 为 {value:.3f}，高于流失通常能预见的程度。请查一查它知道了哪些当时不可能知道的内容。",
        ),
    ),
}


def sentence(finding: Finding) -> Label:
    """Say what was found."""
    words = _SENTENCES[finding.check][finding.is_warning]
    shown = {"feature": finding.feature, "value": finding.value}
    return Label(words.text("en").format(**shown), words.text("zh").format(**shown))
