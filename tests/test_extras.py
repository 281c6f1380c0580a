"""Where a package of an extra is missing, the function that needs it names the extra."""

import sys

import pandas as pd
import pytest

from crmkit import as_transactions, load_cdnow
from crmkit._extras import check_extra
from crmkit._workbook import write_workbook
from crmkit.loyalty import survival
from crmkit.plotting import plot_concentration, plot_retention
from crmkit.report import customer_report
from crmkit.segment.groups import LatentClassSegmenter

CURVE = pd.DataFrame({"customer_share": [0.0, 1.0], "value_share": [0.0, 1.0]})
RETENTION = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-01-01"]),
        "retention_rate": [0.5],
        "retention_lower": [0.4],
        "retention_upper": [0.6],
    }
)


@pytest.fixture
def without(monkeypatch):
    def remove(package):
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)
        monkeypatch.delitem(sys.modules, "crmkit.plotting._ticks", raising=False)
        monkeypatch.delattr("crmkit.plotting._ticks", raising=False)

    return remove


@pytest.mark.parametrize(("plot", "table"), [(plot_concentration, CURVE), (plot_retention, RETENTION)])
def test_plots_name_theirs(plot, table, without):
    without("matplotlib")
    with pytest.raises(
        ModuleNotFoundError, match=r"needs matplotlib, which is not installed\. .*pip install 'crmkit\[plot\]'"
    ):
        plot(table)


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_reports_name_theirs(package, without):
    report = customer_report(as_transactions(load_cdnow()), as_of="1998-06-30", sections=["months"])
    without(package)
    with pytest.raises(ModuleNotFoundError, match=rf"needs {package}, .*pip install 'crmkit\[report\]'"):
        report.to_html()


@pytest.mark.parametrize("fit", [survival.cox_table, survival.aft_table])
def test_regressions_name_theirs(fit, without):
    without("greenwood")
    durations = pd.DataFrame({"duration": [1, 2, 3], "observed": [1, 1, 0], "x": [0, 1, 0]})
    with pytest.raises(ModuleNotFoundError, match=r"needs greenwood, .*pip install 'crmkit\[survival\]'"):
        fit(durations, features=["x"])


def test_latent_classes_name_theirs(without):
    without("stepmix")
    answers = pd.DataFrame({name: ["a", "b", "c", "d"] for name in "xyz"})
    with pytest.raises(ModuleNotFoundError, match=r"needs stepmix, .*pip install 'crmkit\[classes\]'"):
        LatentClassSegmenter(n_classes=2).fit(answers)


def test_workbooks_name_theirs(without, tmp_path):
    without("openpyxl")
    with pytest.raises(ModuleNotFoundError, match=r"needs openpyxl, .*pip install 'crmkit\[report\]'"):
        write_workbook([], tmp_path / "empty.xlsx")


def test_an_error_within_a_package_is_its_own(monkeypatch, tmp_path):
    (tmp_path / "crmkit_odd.py").write_text("import crmkit_absent\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'crmkit_absent'"):
        check_extra("plot", "crmkit_odd")
