-- The wangmarket dialect's requests, and what a good reply holds; the status is 200 even on errors.

local http = dofile("http.lua")

return {
  add = function(host, token, product)
    local body = "goodsid=" .. product .. "&changeNumber=1&storeid=1&token=" .. token
    return http.post(host, "/shop/api/cart/change.json", "", "application/x-www-form-urlencoded", body)
  end,
  get = function(host, token)
    return http.get(host, "/shop/api/cart/getStoreCart.json?storeid=1&token=" .. token, "")
  end,
  list = function(host, _, _, page)
    return http.get(host, "/shop/api/goods/list.json?storeid=1&currentPage=" .. page, "")
  end,
  right = { add = '"result":1', get = '"result":1', list = '"result":1' },
  row = { get = '"goods":', list = '"originalPrice":' },
}
