//! Errors as a `code` and a sentence; the HTTP status is for who opted in, and for faults of the server itself.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use web::fields::Unreadable;
use web::refusal;

use crate::wire::envelope::Outcome;
use crate::wire::language::Text;

/// Something failed; the sentence says what.
const FAILED: i64 = -1;
/// Nobody is logged in.
const NOT_LOGGED_IN: i64 = 1001;
/// Not for this caller.
const FORBIDDEN: i64 = 1002;

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Error {
    App(app::Error),
    NotFound,
    MethodNotAllowed,
    /// The `cart` header is no secret.
    BadGuest,
    /// The body is no object.
    NotAnObject,
    Field(&'static str, Flaw),
    Unreadable(Unreadable),
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    Missing,
    NotAnInteger,
    BelowOne,
    NotAText,
    NotAnObject,
    /// Longer than so many bytes.
    TooLong(usize),
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let failed = |text| Outcome { code: FAILED, text }.into_response();
        match self {
            Self::App(error) => {
                let status = web::status(&error).unwrap_or(StatusCode::OK);
                let outcome = Outcome { code: code(&error), text: sentence(&error) };
                let response = (status, outcome).into_response();
                refusal(&error, response)
            }
            Self::NotFound => {
                let text = Text::new("接口不存在", "There is no such endpoint");
                (StatusCode::NOT_FOUND, failed(text)).into_response()
            }
            Self::MethodNotAllowed => {
                let text = Text::new("不支持该请求方法", "The endpoint does not know this method");
                (StatusCode::METHOD_NOT_ALLOWED, failed(text)).into_response()
            }
            Self::BadGuest => failed(Text::new(
                "请求头 cart 须为 16 至 128 个可打印的 ASCII 字符",
                "The header cart must have 16 to 128 printable ASCII characters",
            )),
            Self::NotAnObject => failed(Text::new(
                "请求内容须为 JSON 对象或表单",
                "The request must be a JSON object or a form",
            )),
            Self::Field(name, flaw) => failed(flaw.sentence(name)),
            Self::Unreadable(Unreadable::MediaType(name)) => {
                failed(Text::of(format!("不支持的内容类型：{name}"), format!("Unknown content type: {name}")))
            }
            Self::Unreadable(Unreadable::Json(why)) => failed(Text::of(
                format!("请求内容不是有效的 JSON：{why}"),
                format!("The request is not valid JSON: {why}"),
            )),
            Self::Unreadable(Unreadable::Form(why)) => failed(Text::of(
                format!("请求内容不是有效的表单：{why}"),
                format!("The request is not a valid form: {why}"),
            )),
        }
    }
}

impl Flaw {
    fn sentence(self, name: &str) -> Text {
        match self {
            Self::Missing => Text::of(format!("缺少参数 {name}"), format!("{name} is missing")),
            Self::NotAnInteger => {
                Text::of(format!("参数 {name} 须为整数"), format!("{name} must be a whole number"))
            }
            Self::BelowOne => {
                Text::of(format!("参数 {name} 不能小于 1"), format!("{name} must be 1 or more"))
            }
            Self::NotAText => Text::of(format!("参数 {name} 须为字符串"), format!("{name} must be a string")),
            Self::NotAnObject => {
                Text::of(format!("参数 {name} 须为 JSON 对象"), format!("{name} must be a JSON object"))
            }
            Self::TooLong(most) => Text::of(
                format!("参数 {name} 不能超过 {most} 字节"),
                format!("{name} must not be longer than {most} bytes"),
            ),
        }
    }
}

fn code(error: &app::Error) -> i64 {
    match error {
        app::Error::NotLoggedIn => NOT_LOGGED_IN,
        app::Error::Forbidden => FORBIDDEN,
        _ => FAILED,
    }
}

fn sentence(error: &app::Error) -> Text {
    use app::Error as E;
    match error {
        E::NotLoggedIn => Text::new("该操作需要登录，请登录后重试", "Please log in and try again"),
        E::Forbidden => Text::new("您没有执行该操作的权限", "You are not allowed to do this"),
        E::NoSuchProduct => Text::new("商品不存在", "There is no such product"),
        E::NoSuchStore => Text::new("店铺不存在", "There is no such store"),
        E::NoSuchLine => Text::new("购物车中没有该商品", "The cart has no such row"),
        E::OffSale => Text::new("商品已下架", "The product is not on sale"),
        E::ShortStock => Text::new("商品库存不足", "There are not enough pieces in stock"),
        E::LineFull => Text::of(
            format!("单个商品最多 {MAX_LINE_QUANTITY} 件"),
            format!("A row of the cart holds at most {MAX_LINE_QUANTITY} pieces"),
        ),
        E::CartFull => {
            Text::of(format!("购物车最多 {MAX_LINES} 种商品"), format!("A cart has at most {MAX_LINES} rows"))
        }
        E::WrongPassword => Text::new("用户名或密码错误", "Wrong name or password"),
        E::Throttled { seconds } => Text::of(
            format!("尝试次数过多，请在 {seconds} 秒后重试"),
            format!("Too many attempts, please try again in {seconds} seconds"),
        ),
        E::NameTaken => Text::new("该账号已被注册", "The name is taken"),
        E::BadIdentifier(_) => Text::new("账号或密码格式不正确", "The name or the password is not usable"),
        E::WrongCode => Text::new("验证码错误", "Wrong code"),
        E::DeliveryOff | E::DeliveryFailed => Text::new("验证码发送失败", "The code could not be sent"),
        E::VersionMismatch { .. } => {
            Text::new("购物车已被修改，请刷新后重试", "The cart has changed, please look again")
        }
        E::BadField(field) => Text::of(format!("{field} 的值无效"), format!("{field} has no usable value")),
        E::IllegalStep => Text::new("商品当前状态不允许此操作", "The product cannot take this step now"),
        E::Distributed => Text::new("该商品正在分销", "The product is distributed"),
        E::NoSuchHeading => Text::new("未找到", "Not found"),
        E::HeadingTaken => Text::new("该名称已存在", "The name exists already"),
        E::HeadingInUse => Text::new("仍在使用，不能删除", "It is still in use"),
        E::BadKey => Text::new(
            "Idempotency-Key 须为 1 至 255 个可打印字符",
            "An Idempotency-Key has 1 to 255 printable characters",
        ),
        E::KeyRunning => Text::new(
            "相同 Idempotency-Key 的请求正在处理",
            "The first request under this Idempotency-Key is still running",
        ),
        E::KeyReused => Text::new(
            "该 Idempotency-Key 已用于另一个请求",
            "This Idempotency-Key was used for another request",
        ),
        E::TooSlow => Text::new("请求超时", "The request came too slowly"),
        E::TooLarge => Text::new("请求内容过大", "The request is too large"),
        E::Unavailable(_) => Text::new("服务暂不可用，请稍后重试", "Unavailable now, please try again later"),
        E::Internal(_) => Text::new("服务器内部错误", "The server failed"),
    }
}

/// A path that the dialect has no route for.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}

/// A verb that the path does not know.
pub(crate) async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}
