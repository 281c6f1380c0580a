"""The columns of a survey that the command looks for."""

from __future__ import annotations

from typing import Final

from crmkit._messages import Message
from crmkit.cli._roles import Role

__all__ = ["OTHERS", "QUESTIONS"]

QUESTIONS: Final = (
    Role(
        "recommend",
        Message(en="willingness to recommend", zh="推荐意愿"),
        "label",
        'How likely they are to recommend, from 0 to 10; "" for none.',
        usual=(
            "recommend recommendation nps npsscore likelihoodtorecommend likelytorecommend ltr wouldrecommend "
            "推荐 推荐意愿 推荐度 推荐分 推荐打分 推荐可能性 净推荐值 nps评分 nps打分 weiterempfehlung recomendacion "
            "recommandation 推奨度",
        ),
    ),
    Role(
        "satisfaction",
        Message(en="satisfaction", zh="满意度"),
        "label",
        'How satisfied they are, on --scale; "" for none.',
        usual=(
            "satisfaction csat csatscore overallsatisfaction satisfied satisfactionscore 满意度 总体满意度 整体满意度 "
            "满意程度 满意度评分 满意度打分 综合满意度 滿意度 zufriedenheit satisfaccion 満足度",
        ),
    ),
    Role(
        "ease",
        Message(en="ease", zh="轻松程度"),
        "label",
        'How easy it was made, high being easy, on --ease-scale; "" for none.',
        usual=("ease easiness ces cesscore easeofuse 轻松程度 便捷度 易用性 解决容易度",),
    ),
    Role(
        "rating",
        Message(en="rating", zh="评价星级"),
        "label",
        'Ratings such as stars, on --rating-scale; "" for none.',
        usual=("rating stars starrating reviewscore reviewrating 评分 星级 评价星级 评价分 打分 評分 bewertung 評価",),
    ),
)
OTHERS: Final = (
    Role(
        "weight",
        Message(en="weight", zh="权重"),
        "label",
        'Weights of the respondents; "" for none.',
        usual=("weight weights surveyweight respondentweight 权重 加权 樣本權重 样本权重 gewicht",),
        blamed="unusable_weight",
    ),
    Role(
        "finished",
        Message(en="mark of completion", zh="完成标记"),
        "label",
        'Whether the survey was answered to its end; rows that were not are left out. "" for none.',
        usual=("finished completed iscomplete complete 是否完成 完成 已完成 答题状态",),
        blamed="unusable_finished",
    ),
)
