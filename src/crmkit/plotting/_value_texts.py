"""Texts of the plots of lifetime value."""

from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final = {
    "actual": Label("Actual", "实际"),
    "expected": Label("Expected", "预期"),
    "holdout": Label("Holdout", "验证期"),
    "repeat_purchases": Label("Repeat purchases in the period", "当期复购次数"),
    "cumulative_repeat_purchases": Label("Repeat purchases so far", "累计复购次数"),
    "customers": Label("Customers", "客户数"),
    "frequency": Label("Repeat purchases in the calibration period", "校准期内复购次数"),
    "recency": Label("Days from first to last purchase in the calibration period", "校准期内首末次购买间隔天数"),
    "holdout_purchases": Label("Purchases per customer in the holdout period", "验证期内人均购买次数"),
    "decile": Label("Tenths of the customers, the most expected first", "按预期从高到低的客户十等分"),
    "predicted_inactive": Label("Predicted probability of not buying", "预测的不购买概率"),
    "observed_inactive": Label("Share that did not buy", "实际未购买比例"),
    "models": Label("Models", "模型"),
    "rules": Label("Rules of thumb", "经验规则"),
    "rate_so_far": Label("Rate so far", "维持以往频率"),
    "mean_rate": Label("Mean rate of all", "全体平均频率"),
    "last_period": Label("Last period again", "重复上一期"),
    "hiatus": Label("Hiatus", "沉默期规则"),
    "mae": Label("Mean absolute error", "平均绝对误差"),
    "rmse": Label("Root mean squared error", "均方根误差"),
    "relative_bias": Label("Bias of the total", "总量偏差"),
    "correlation": Label("Correlation of expected and actual", "预期与实际的相关系数"),
    "gini": Label("Normalised Gini coefficient", "归一化基尼系数"),
    "top_decile_share": Label("Share of purchases by the top tenth", "前十分之一客户的购买占比"),
    "auc": Label("AUC of inactivity", "不活跃预测的 AUC"),
    "customer": Label("Customer", "客户"),
    "purchase": Label("Purchase", "购买"),
    "probability_alive": Label("Probability of being alive", "存活概率"),
    "expected_purchases": Label("Purchases to expect", "预期购买次数"),
    "days_first_to_last": Label("Days from first to last purchase", "首末次购买间隔天数"),
    "repeat_purchases_so_far": Label("Repeat purchases", "复购次数"),
    "mean_amount": Label("Mean amount of a repeat purchase", "单次复购平均金额"),
    "phases": Label("Phases of a purchase, k", "购买阶段数 k"),
    "log_likelihood": Label("Log-likelihood", "对数似然"),
    "likeliest": Label("Likeliest k", "最可能的 k"),
    "of_the_gaps": Label("Estimate from the gaps alone", "仅由购买间隔估计"),
    "renewals": Label("Renewals", "续约次数"),
    "survival": Label("Share of new customers still there", "新客户留存比例"),
    "retention_rate": Label("Share of those up for renewal who renew", "到期客户续约率"),
    "brier_score": Label("Brier score of inactivity", "不活跃预测的 Brier 得分"),
}
