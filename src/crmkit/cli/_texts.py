"""What the command line says, in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

_ROLES = {
    "customer_id": Label("customer id", "客户编号"),
    "date": Label("date", "日期"),
    "amount": Label("amount", "金额"),
    "quantity": Label("quantity", "数量"),
    "unit_price": Label("unit price", "单价"),
    "order_id": Label("order id", "订单号"),
    "currency": Label("currency", "币种"),
    "master_id": Label("customer id in the master file", "客户主表中的客户编号"),
}

_COLUMNS = {
    "guessed": Label(
        "{role}: {column} (guessed; {option} names another)", "{role}：{column}（自动识别；可用 {option} 另行指定）"
    ),
    "unknown": Label(
        "No column of {file} is known to hold the {role}. Name it with {option}; the columns are {columns}.",
        "无法在 {file} 中识别{role}列，请用 {option} 指定；现有列：{columns}。",
    ),
    "ambiguous": Label(
        "{file} has several columns that may hold the {role}: {columns}. Name one with {option}.",
        "{file} 中有多列可作{role}：{columns}。请用 {option} 指定其一。",
    ),
    "two_amounts": Label(
        "{file} has the amount in {amount} and as {quantity} × {unit_price}. Name --amount {amount}, or --quantity "
        "{quantity} and --unit-price {unit_price}.",
        "{file} 既有金额列 {amount}，又可由 {quantity} × {unit_price} 得出金额。请指定 --amount {amount}，"
        "或 --quantity {quantity} 与 --unit-price {unit_price}。",
    ),
    "absent": Label(
        "{file} has no column {missing}; its columns are {columns}.", "{file} 没有列 {missing}；现有列：{columns}。"
    ),
    "two_named": Label(
        "--amount and --unit-price exclude one another: the amount is in one column, or quantity times unit price.",
        "--amount 与 --unit-price 不能同时使用：金额取自一列，或为数量乘以单价。",
    ),
    "named_twice": Label(
        "{options} both name the column {column}. Give each a column of its own.",
        "{options} 指定了同一列 {column}，请分别指定。",
    ),
}

_ROWS = {
    "left_out": Label("Left out of {given} rows: {reasons}.", "{given} 行中未使用的：{reasons}。"),
    "cannot_be_used": Label(
        "The file has rows that cannot be used: {reasons}.{hint} Mend them, or pass --invalid drop.",
        "文件中有无法使用的行：{reasons}。{hint}请修正，或使用 --invalid drop。",
    ),
    "dates_need_format": Label(
        " Text dates other than ISO need --date-format.", "非 ISO 格式的文本日期须用 --date-format 指定格式。"
    ),
    "rows_no_customer": Label("{count} without a customer ({shown})", "{count} 行无客户编号（{shown}）"),
    "rows_unusable_date": Label("{count} with an unusable date ({shown})", "{count} 行日期无效（{shown}）"),
    "rows_unusable_amount": Label("{count} with an unusable amount ({shown})", "{count} 行金额无效（{shown}）"),
    "first_at": Label("first at rows {rows}", "最先见于从 0 数起的行 {rows}"),
    "column_holds": Label("`{column}` is {values}", "列 {column} 为 {values}"),
    "where_report": Label("The report shows where every row went.", "报告中列出了每一行的去向。"),
    "commas": Label(
        "The column {column} holds numbers with commas, such as {values}. Write them with a decimal point and no "
        "thousands separators, or pass --decimal-comma if they are written like 1.234,56.",
        "列 {column} 含有带逗号的数字，例如 {values}。请改用小数点且不带千位分隔符；若写法如 1.234,56，请加 "
        "--decimal-comma。",
    ),
    "points": Label(
        "The column {column} holds numbers that are not written like 1.234,56, such as {values}. Leave --decimal-comma "
        "out, or mend them.",
        "列 {column} 含有不符合 1.234,56 写法的数字，例如 {values}。请去掉 --decimal-comma，或修正数据。",
    ),
}

_FILES = {
    "no_file": Label("{file} does not exist.", "文件 {file} 不存在。"),
    "folder": Label("{file} is a folder. Name a file in it.", "{file} 是文件夹，请指定其中的文件。"),
    "empty": Label("{file} is empty.", "文件 {file} 为空。"),
    "ending": Label(
        "{file} ends in {ending}; files that can be read end in {endings}.",
        "{file} 的扩展名为 {ending}；可读取的扩展名有 {endings}。",
    ),
    "no_rows": Label(
        "{file} has a header with the columns {columns} and no rows.", "{file} 只有表头 {columns}，没有数据行。"
    ),
    "nul": Label(
        "{file} holds NUL bytes: it is no text, or UTF-16. Try --encoding utf-16.",
        "{file} 含有 NUL 字节：不是文本，或为 UTF-16 编码。请试 --encoding utf-16。",
    ),
    "no_encoding": Label(
        "--encoding {encoding} is no known encoding. Try utf-8, gb18030, utf-16 or latin-1.",
        "--encoding {encoding} 不是已知的编码。请试 utf-8、gb18030、utf-16 或 latin-1。",
    ),
    "encoding": Label(
        "{file} is not in the encoding {encoding} ({error}). Files saved by Chinese Excel are often gb18030: "
        "try --encoding gb18030, utf-16 or latin-1.",
        "{file} 不是 {encoding} 编码（{error}）。中文 Excel 保存的文件常为 gb18030：请试 --encoding gb18030、utf-16 或 "
        "latin-1。",
    ),
    "too_many_fields": Label(
        "{file} has rows with more fields than its header has columns. Mend them first.",
        "{file} 中有些行的字段数多于表头的列数，请先修正。",
    ),
    "no_text_table": Label("{file} is no table of separated values: {error}", "{file} 不是分隔符文本表格：{error}"),
    "no_parquet": Label(
        "{file} is no Parquet file that can be read: {error}", "{file} 不是可读取的 Parquet 文件：{error}"
    ),
    "no_workbook": Label(
        "{file} is no Excel workbook that can be read: {error}", "{file} 不是可读取的 Excel 工作簿：{error}"
    ),
    "columns_twice": Label(
        "{file} has the columns {columns} more than once. Rename or delete the copies.",
        "{file} 中的列 {columns} 重复出现，请改名或删除多余的列。",
    ),
    "master_of_texts": Label(
        "The orders have whole numbers as customer ids, and {file} has ids that are none: {ids}. Write the ids in both "
        "files alike.",
        "订单中的客户编号为整数，而 {file} 中有非整数的编号：{ids}。请统一两个文件中的编号写法。",
    ),
    "not_read": Label("{file} cannot be read: {error}", "无法读取 {file}：{error}"),
    "not_written": Label("--output {file} cannot be written: {error}", "无法写入 --output {file}：{error}"),
    "no_folder": Label(
        "--output {file} cannot be written: there is no folder {folder}. Make it first, or name another.",
        "无法写入 --output {file}：文件夹 {folder} 不存在，请先建立或另行指定。",
    ),
    "no_right": Label(
        "--output {file} cannot be written: you may not write to it. Name another file, or change its permissions.",
        "无法写入 --output {file}：没有写入权限。请另行指定文件或修改权限。",
    ),
    "long_name": Label(
        "--output {file} cannot be written: its name is too long.", "无法写入 --output {file}：名称过长。"
    ),
    "disk_full": Label(
        "--output {file} cannot be written: the disk is full, or files may not be that large ({error}).",
        "无法写入 --output {file}：磁盘空间不足，或文件大小超出限制（{error}）。",
    ),
    "no_room": Label(
        "The rows cannot be worked on in the temporary folder: {error}. If it is full, let TMPDIR name another.",
        "无法在临时文件夹中处理数据：{error}。若空间不足，请用 TMPDIR 指定其他文件夹。",
    ),
    "too_many_customers": Label(
        "A sheet of Excel holds {most} customers, and there are {count}. Write .csv or .parquet.",
        "一个 Excel 工作表最多容纳 {most} 位客户，现有 {count} 位。请改用 .csv 或 .parquet。",
    ),
}

_USAGE = {
    "writes_over": Label(
        "--output {file} would write over a file that is read.", "--output {file} 会覆盖被读取的文件。"
    ),
    "output_ending": Label(
        "--output must end in .parquet, .csv or .xlsx, got {file}.",
        "--output 须以 .parquet、.csv 或 .xlsx 结尾，得到 {file}。",
    ),
    "rules": Label(
        "--rules must be named_11, chinese_8 or a file that ends in .toml, got {rules}.",
        "--rules 须为 named_11、chinese_8 或以 .toml 结尾的文件，得到 {rules}。",
    ),
    "no_rules": Label("--rules {file} cannot be read: {error}", "无法读取 --rules {file}：{error}"),
    "master_alone": Label("--master-id needs --master.", "--master-id 须与 --master 一起使用。"),
    "by_alone": Label(
        "--by needs an order id in each row. Name its column with --order-id.",
        "--by 要求每行都有订单号，请用 --order-id 指定该列。",
    ),
    "by_own": Label(
        "--by cannot take a column called {column}, a name that order lines have themselves. Rename it in the file.",
        "--by 不能使用名为 {column} 的列：订单明细自身已有此列名。请在文件中改名。",
    ),
    "no_end": Label(
        "Give --end, or --as-of as the last day of the period.", "请给出 --end，或用 --as-of 作为期间最后一天。"
    ),
    "end_first": Label("--end {end} lies before --start {start}.", "--end {end} 早于 --start {start}。"),
    "end_unseen": Label(
        "--end {end} lies after --as-of {as_of}: the period is not over.",
        "--end {end} 晚于 --as-of {as_of}：期间尚未结束。",
    ),
    "needs_package": Label(
        "crmkit's command line needs {package}. Install it with: pip install 'crmkit[report]'",
        "crmkit 的命令行需要 {package}，请安装：pip install 'crmkit[report]'",
    ),
    "interrupted": Label("Aborted!", "已中断。"),
    "stopped": Label("Error: {problem}", "错误：{problem}"),
    "usage": Label(
        "Usage: {usage}\nTry '{command} --help' for help.\n", "用法：{usage}\n可用 '{command} --help' 查看帮助。\n"
    ),
    "no_period_before": Label(
        "The log does not hold the whole period of the same length before {start}, so retention and churn cannot be "
        "told.",
        "数据不含 {start} 之前完整的等长期间，无法计算留存率与流失率。",
    ),
    "no_purchase": Label(
        "Customers without a value, as they have no purchase day (only refunds, or days that refunds cancel): {n}.",
        "因没有购买日（仅有退款，或当日订单被退款抵消）而无法估值的客户：{n} 位。",
    ),
    "no_spend": Label(
        "Customers without a value, for lack of amounts above zero or of a finite mean: {n}.",
        "因没有大于零的金额或均值不是有限值而无法估值的客户：{n} 位。",
    ),
    "reading": Label("Reading {file}", "读取 {file}"),
}

_HEADS = {
    "reason": Label("Reason", "原因"),
    "n_rows": Label("Rows", "行数"),
    "amount_of_rows": Label("Amount", "金额"),
    "n_duplicates": Label("Duplicates", "重复行"),
    "kpi": Label("KPI", "指标"),
    "value": Label("Value", "数值"),
    "unit": Label("Unit", "单位"),
    "numerator": Label("Numerator", "分子"),
    "denominator": Label("Denominator", "分母"),
    "interval": Label("95% interval", "95% 置信区间"),
    "tier": Label("Tier", "层级"),
    "n_customers": Label("Customers", "客户数"),
    "customer_share": Label("Share", "占比"),
    "spend": Label("Spend", "消费额"),
    "spend_share": Label("Share of spend", "消费额占比"),
    "figure": Label("Figure", "项目"),
    "n_valued": Label("Customers with a value", "可估值客户数"),
    "expected_purchases": Label("Expected purchases, next {horizon}", "预计购买次数（未来 {horizon}）"),
    "lifetime_value": Label("Lifetime value, next {horizon}", "客户终身价值（未来 {horizon}）"),
    "unit_D": Label("day", "天"),
    "unit_W": Label("week", "周"),
    "unit_M": Label("month", "个月"),
    "unit_Y": Label("year", "年"),
    "interval_of": Label("{level} interval", "{level} 置信区间"),
}

TEXTS: Final = MappingProxyType({**_ROLES, **_COLUMNS, **_ROWS, **_FILES, **_USAGE, **_HEADS})
