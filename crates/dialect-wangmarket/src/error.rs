//! Errors: a sentence beside result 0, nearly always with HTTP 200.

use std::borrow::Cow;

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::account::IdentifierError;
use serde_json::json;
use web::{Json, refusal};

use crate::wire::Outcome;
use crate::wire::cart::StoreCart;

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Error {
    App(app::Error),
    /// What the client forgot to say.
    Missing(&'static str),
    /// The same where the reply would show a store's cart.
    MissingInCart(&'static str),
    /// A parameter that is no number, or too long a one.
    NoNumber(&'static str),
    /// The body is JSON or something else that is no form.
    NoForm,
    BrokenForm,
    NotFound,
    MethodNotAllowed(Method),
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::App(error)
    }
}

/// What stands against changing the cart is said beside the cart; anything else is said alone.
pub(crate) fn against_changing(error: app::Error) -> Result<&'static str, Error> {
    use app::Error::{CartFull, LineFull, NoSuchProduct, OffSale, ShortStock};
    match error {
        NoSuchProduct => Ok("操作的商品不存在！"),
        OffSale => Ok("操作的商品已下架！"),
        ShortStock | LineFull => Ok("增加失败，商品库存不足"),
        CartFull => Ok(CART_FULL),
        other => Err(Error::App(other)),
    }
}

const CART_FULL: &str = "购物车已满，请先清理部分商品";

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let refused = |status: StatusCode, info: &str| (status, Json(Outcome::refused(info))).into_response();
        match self {
            // The one result that is a text.
            Self::App(error @ app::Error::NotLoggedIn) => {
                let response = Json(json!({ "result": "2", "info": "not login" })).into_response();
                refusal(&error, response)
            }
            Self::App(error) => {
                let status = web::status(&error).unwrap_or(StatusCode::OK);
                refusal(&error, refused(status, &sentence(&error)))
            }
            Self::Missing(info) => refused(StatusCode::OK, info),
            Self::MissingInCart(info) => Json(StoreCart::missing(info)).into_response(),
            Self::NoNumber(name) => refused(StatusCode::OK, &format!("参数 {name} 须为 64 位以内的整数")),
            Self::NoForm => refused(StatusCode::OK, "请以表单或网址传递参数，不支持 JSON 等其他格式"),
            Self::BrokenForm => refused(StatusCode::OK, "表单内容有误，无法读取"),
            Self::NotFound => refused(StatusCode::NOT_FOUND, "请求的接口不存在"),
            Self::MethodNotAllowed(method) => {
                refused(StatusCode::METHOD_NOT_ALLOWED, &format!("此接口不支持 {method} 请求"))
            }
        }
    }
}

fn sentence(error: &app::Error) -> Cow<'static, str> {
    use app::Error as E;
    let sentence = match error {
        E::NotLoggedIn => "请先登录",
        E::Forbidden => "没有权限进行此操作",
        E::NoSuchProduct => "商品不存在！",
        E::NoSuchStore => "要查看的店铺不存在",
        E::NoSuchLine => "购物车中没有此商品",
        E::OffSale => "商品已下架！",
        E::ShortStock | E::LineFull => "商品库存不足",
        E::CartFull => CART_FULL,
        E::WrongPassword => "用户名或密码错误",
        E::Throttled { seconds } => return format!("尝试次数过多，请 {seconds} 秒后再试").into(),
        E::NameTaken => "此用户名已被注册",
        E::BadIdentifier(IdentifierError::Username) => "用户名须为 1 至 64 个字符，不能有空格或 @",
        E::BadIdentifier(IdentifierError::Email) => "邮箱格式不正确",
        E::BadIdentifier(IdentifierError::Phone) => "手机号格式不正确",
        E::BadIdentifier(IdentifierError::Password) => "密码须为 6 至 128 个字符",
        E::WrongCode => "验证码错误",
        E::DeliveryOff | E::DeliveryFailed => "验证码发送失败",
        E::VersionMismatch { .. } => "购物车已有变动，请刷新后重试",
        E::BadField(field) => return format!("{field} 的值无效").into(),
        E::IllegalStep => "商品当前状态不允许此操作",
        E::Distributed => "该商品正在分销",
        E::NoSuchHeading => "未找到",
        E::HeadingTaken => "该名称已存在",
        E::HeadingInUse => "仍在使用，不能删除",
        E::BadKey => "Idempotency-Key 须为 1 至 255 个可打印字符",
        E::KeyRunning => "使用此 Idempotency-Key 的请求仍在处理中",
        E::KeyReused => "此 Idempotency-Key 已用于其他请求",
        E::TooSlow => "请求超时",
        E::TooLarge => "请求内容过大",
        E::Unavailable(_) => "服务暂时不可用，请稍后再试",
        E::Internal(_) => "服务器内部错误",
    };
    sentence.into()
}

/// A path that the dialect has no route for.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}

/// A verb that the path does not know.
pub(crate) async fn method_not_allowed(method: Method) -> Error {
    Error::MethodNotAllowed(method)
}
