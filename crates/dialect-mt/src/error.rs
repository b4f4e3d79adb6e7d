//! Errors as Django REST framework says them in Chinese.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::limits::{MAX_LINE_QUANTITY, MAX_LINES};
use serde_json::{Map, Value, json};
use web::fields::Unreadable;
use web::{Json, drf, refusal};

use crate::auth::Shopper;

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Error {
    App(app::Error),
    NotFound,
    InvalidPage,
    MethodNotAllowed(Method),
    /// Each bad field with its sentence.
    Fields(Fields),
    /// The body is no object; Python's name for what it is.
    NotAnObject(&'static str),
    Unreadable(Unreadable),
}

/// Bad fields in the order of the serializer.
pub(crate) type Fields = Vec<(&'static str, String)>;

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

impl Error {
    /// What stands against adding is said under the field that could be changed.
    pub(crate) fn of_adding(error: app::Error) -> Self {
        match error {
            app::Error::OffSale => Self::Fields(vec![("distributor_product_id", sentence(&error))]),
            other => Self::of_setting(other),
        }
    }

    /// What stands against a new total is said under `nums`.
    pub(crate) fn of_setting(error: app::Error) -> Self {
        use app::Error::{CartFull, LineFull, NoSuchProduct, OffSale, ShortStock};
        match error {
            OffSale | ShortStock | LineFull | CartFull | NoSuchProduct => {
                Self::Fields(vec![("nums", sentence(&error))])
            }
            other => Self::App(other),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let detail =
            |status: StatusCode, text: String| (status, Json(json!({ "detail": text }))).into_response();
        match self {
            Self::App(error) => {
                let response = detail(status(&error), sentence(&error));
                refusal(&error, response)
            }
            Self::NotFound => detail(StatusCode::NOT_FOUND, "未找到。".to_owned()),
            Self::InvalidPage => detail(StatusCode::NOT_FOUND, "无效页面。".to_owned()),
            Self::MethodNotAllowed(method) => {
                detail(StatusCode::METHOD_NOT_ALLOWED, format!("方法 “{method}” 不被允许。"))
            }
            Self::Fields(fields) => {
                let fields: Map<_, _> = fields
                    .into_iter()
                    .map(|(name, text)| (name.to_owned(), Value::from(vec![text])))
                    .collect();
                (StatusCode::BAD_REQUEST, Json(fields)).into_response()
            }
            Self::NotAnObject(name) => {
                let text = format!("无效数据。期待为字典类型，得到的是 {name} 。");
                (StatusCode::BAD_REQUEST, Json(json!({ "non_field_errors": [text] }))).into_response()
            }
            Self::Unreadable(Unreadable::MediaType(name)) => {
                detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("不支持请求中的媒体类型 “{name}”。"))
            }
            Self::Unreadable(Unreadable::Json(text)) => {
                detail(StatusCode::BAD_REQUEST, format!("JSON parse error - {text}"))
            }
            Self::Unreadable(Unreadable::Form(text)) => {
                detail(StatusCode::BAD_REQUEST, format!("Multipart form parse error - {text}"))
            }
        }
    }
}

/// Without a challenge, as DRF has it, who is not logged in is just not allowed.
fn status(error: &app::Error) -> StatusCode {
    match drf::status(error) {
        StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        status => status,
    }
}

fn sentence(error: &app::Error) -> String {
    use app::Error as E;
    match error {
        E::NotLoggedIn => "身份认证信息未提供。".to_owned(),
        E::Forbidden => "您没有执行该操作的权限。".to_owned(),
        E::NoSuchProduct => "商品已被删除。".to_owned(),
        E::NoSuchStore | E::NoSuchLine | E::NoSuchHeading => "未找到。".to_owned(),
        E::OffSale => "商品已下架。".to_owned(),
        E::ShortStock => "商品库存不足。".to_owned(),
        E::LineFull => format!("单个商品最多 {MAX_LINE_QUANTITY} 件。"),
        E::CartFull => format!("购物车最多 {MAX_LINES} 种商品。"),
        E::WrongPassword => "用户名或密码错误。".to_owned(),
        E::Throttled { seconds } => format!("请求超过了限速。请在 {seconds} 秒后重试。"),
        E::NameTaken => "该账号已被注册。".to_owned(),
        E::BadIdentifier(_) => "账号或密码格式不正确。".to_owned(),
        E::WrongCode => "验证码错误。".to_owned(),
        E::DeliveryOff | E::DeliveryFailed => "验证码发送失败。".to_owned(),
        E::VersionMismatch { .. } => "购物车已被修改，请刷新后重试。".to_owned(),
        E::BadField(field) => format!("{field} 的值无效。"),
        E::IllegalStep => "商品当前状态不允许此操作。".to_owned(),
        E::Distributed => "该商品正在分销。".to_owned(),
        E::HeadingTaken => "该名称已存在。".to_owned(),
        E::HeadingInUse => "仍在使用，不能删除。".to_owned(),
        E::BadKey => "Idempotency-Key 须为 1 至 255 个可打印字符。".to_owned(),
        E::KeyRunning => "相同 Idempotency-Key 的请求正在处理。".to_owned(),
        E::KeyReused => "该 Idempotency-Key 已用于另一个请求。".to_owned(),
        E::TooSlow => "请求超时。".to_owned(),
        E::TooLarge => "请求内容过大。".to_owned(),
        E::Unavailable(_) => "服务暂不可用，请稍后重试。".to_owned(),
        E::Internal(_) => "服务器内部错误。".to_owned(),
    }
}

/// A path that the dialect has no route for.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}

/// A verb that the path does not know; credentials come first, as for every verb.
pub(crate) async fn method_not_allowed(_: Shopper, method: Method) -> Error {
    Error::MethodNotAllowed(method)
}
