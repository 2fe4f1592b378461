"""Contract tables about institutions: registration, people, equipment, standards."""

from __future__ import annotations

from hengjian.engines.tables.column import table
from hengjian.engines.tables.fields import FIELD_SPEC

STATUS = "valid:有效 suspended:暂停 revoked:撤销 cancelled:注销"

INSTITUTIONS = table(
    "institutions",
    "机构",
    """
institution_id* id:uscc 统一社会信用代码 社会信用代码 信用代码 机构代码 机构信用代码 uscc
name* text 机构名称 检验检测机构名称 检测机构名称 检验机构名称 单位名称 实验室名称
kind text 机构属性 机构性质 机构类型
fields list 领域 检测领域 检验检测领域 业务领域
area_code id:area 行政区划代码 行政区划 区划代码 所在区县代码
home_province id 注册地省份代码 注册地省份 注册省份代码
address text 地址 注册地址 机构地址 住所
legal_rep text 法定代表人 法人 法人代表 负责人
phone text 联系电话 电话 手机
registered_on date 成立日期 注册日期 登记日期
status text 状态 机构状态 登记状态
""",
    key="institution_id",
    codes={
        "fields": FIELD_SPEC,
        "kind": "state:事业单位/国有/事业 third_party:第三方/民营/社会第三方 enterprise:企业内部",
        "status": "active:正常/存续/在业/营业 suspended:停业 closed:注销",
    },
    synonyms="机构名单 检验检测机构 机构台账 机构信息",
)

CERTIFICATES = table(
    "certificates",
    "资质认定证书",
    """
certificate_no* id:cma 证书编号 资质认定证书编号 CMA证书编号 CMA编号 资质证书编号
institution_id* id:uscc 统一社会信用代码 社会信用代码 信用代码 机构代码
issuer text 发证机关 发证单位 发证部门
by_commitment bool 告知承诺 是否告知承诺
valid_from* date 有效期起 有效期开始 发证日期 有效期自
valid_to* date 有效期止 有效期至 有效期截止 到期日期
status text 证书状态
status_from date 状态日期 状态变更日期
renewal_applied_on date 延续申请日期 复查申请日期
""",
    codes={"status": STATUS},
    synonyms="证书 资质证书 CMA证书",
)

CERTIFICATE_STATUS = table(
    "certificate_status",
    "证书状态记录",
    """
certificate_no* id:cma 证书编号 资质认定证书编号
status* text 证书状态 状态
from_on* date 起 状态起 起始日期
to_on date 止 状态止 截止日期
""",
    codes={"status": STATUS},
)

SCOPE = table(
    "scope",
    "能力附表",
    """
certificate_no* id:cma 证书编号 资质认定证书编号
site_id id 场所编号
field? text 领域 检测领域 类别
object text 检测对象 检验对象 产品/项目/参数 产品类别
item_code* id 项目编号 参数编号 项目代码
item_name text 项目名称 参数名称 检测项目 项目/参数
standard_no* id:standard 依据标准 标准编号 依据的标准 标准号
method_no id:standard 方法标准 检测方法 方法标准编号
range_low num 能力范围下限 范围下限
range_high num 能力范围上限 范围上限
unit text 单位 计量单位
restriction text 限制说明 限制范围 限制范围或说明
approved_on date 批准日期 生效日期
removed_on date 取消日期
""",
    codes={"field": FIELD_SPEC},
    synonyms="能力表 检验检测能力附表 能力范围",
)

SITES = table(
    "sites",
    "场所",
    """
site_id* id 场所编号 场所代码
institution_id* id:uscc 统一社会信用代码 社会信用代码 机构代码
address text 地址 场所地址
area_code id:area 行政区划代码 区划代码
lon num 经度 东经
lat num 纬度 北纬
open_hours num 每日开放时长 每日开放时长(小时)
lanes int 检测线数 检测线数量
""",
    synonyms="检测场所 实验场所",
)

PEOPLE = table(
    "people",
    "人员",
    """
person_id* id 人员编号 员工编号 工号
institution_id* id:uscc 统一社会信用代码 社会信用代码 机构代码
name text 姓名 人员姓名
role text 岗位 职务 工作岗位
qualification text 资格证类别 职称 资格类别
qualification_no text 证号 资格证号 职称证号
qualified_from date 资格有效期起
qualified_to date 资格有效期止
employed_from date 在职起 入职日期 在职起日期
employed_to date 在职止 离职日期 在职止日期
person_key id 人员标识摘要
id_no~ text 身份证号 身份证号码 身份证件号码 公民身份号码 证件号码
""",
    synonyms="人员名单 人员一览表 人员花名册",
)

ABSENCES = table(
    "absences",
    "考勤缺勤",
    """
person_id* id 人员编号 工号
institution_id* id:uscc 统一社会信用代码 机构代码
kind text 缺勤类别 类别 缺勤类型
from_at* ts 缺勤起 开始时间 起
to_at* ts 缺勤止 结束时间 止
""",
    codes={"kind": "leave:请假 travel:出差 training:培训"},
)

SIGNATORIES = table(
    "signatories",
    "授权签字人",
    """
person_id* id 人员编号 签字人编号
certificate_no* id:cma 证书编号 资质认定证书编号
field*? text 授权领域 授权签字领域 领域
valid_from date 授权起 授权起日期 批准日期
valid_to date 授权止 授权止日期
""",
    codes={"field": FIELD_SPEC},
    synonyms="授权签字人一览表",
)

INSTRUMENTS = table(
    "instruments",
    "仪器设备",
    """
instrument_id* id 设备编号 仪器编号 仪器设备编号
institution_id* id:uscc 统一社会信用代码 机构代码
site_id id 场所编号
name text 设备名称 仪器名称 仪器设备名称
model text 型号 规格型号
serial_no text 出厂编号 序列号
in_service_from date 启用日期 启用
in_service_to date 停用日期 停用
kind text 设备类别 仪器类别
parallel int 可同时检测样品数
channels int 独立通道数
min_cycle_s num 最短循环时间 最短循环时间(秒)
resolution num 分辨力 分度值
""",
    synonyms="设备一览表 设备台账 仪器设备一览表",
)

CALIBRATIONS = table(
    "calibrations",
    "检定校准",
    """
instrument_id* id 设备编号 仪器编号
calibrated_on* date 检定校准日期 检定日期 校准日期
valid_to* date 有效期止 有效期至 检定有效期
certificate_no text 证书号 检定证书号 校准证书编号
provider text 机构 检定机构 校准机构 溯源机构
serial_no text 证书所载出厂编号
parameter text 校准参数 参数
range_low num 校准范围下限
range_high num 校准范围上限
unit text 单位
result text 结论 检定结论 校准结果
""",
    codes={"result": "pass:合格/符合 fail:不合格/不符合 limited:限用/准用"},
    synonyms="检定校准台账 溯源",
)

STANDARDS = table(
    "standards",
    "标准",
    """
standard_no* id:standard 标准编号 标准号 标准代号
title text 名称 标准名称
effective_on* date 实施日期 生效日期
abolished_on date 废止日期 作废日期
replaced_by text 替代标准 被替代标准
""",
    synonyms="标准目录",
)

STANDARD_ITEMS = table(
    "standard_items",
    "标准必检项目",
    """
standard_no* id:standard 标准编号 标准号
object text 产品类别 检测对象
item_code* id 项目编号 项目代码
item_name text 项目名称 检测项目
mandatory bool 必检 是否必检
method_no id:standard 方法标准 检测方法
limit_op text 限值符号
limit_low num 限值下限
limit_high num 限值上限
unit text 单位
min_hours num 最短检测时长 最短检测时长(小时)
attended bool 需人员在场
manual bool 手工操作
min_replicates int 平行数
rounding num 修约间隔
repeatability_rsd num 重复性相对标准差 重复性相对标准差(%)
hold_hours num 样品保存时限 样品保存时限(小时)
""",
    codes={"limit_op": "<=:≤ <:< >=:≥ >:> range:范围"},
)

ITEMS = table(
    "items",
    "检测项目",
    """
item_code* id 项目编号 项目代码
item_name* text 项目名称
cas_no text CAS号 CAS
synonyms list 同义名 别名
unit text 单位
""",
    key="item_code",
)

TABLES_OF_REGISTRY = (
    INSTITUTIONS,
    CERTIFICATES,
    CERTIFICATE_STATUS,
    SCOPE,
    SITES,
    PEOPLE,
    ABSENCES,
    SIGNATORIES,
    INSTRUMENTS,
    CALIBRATIONS,
    STANDARDS,
    STANDARD_ITEMS,
    ITEMS,
)
