import type { common as en } from '../en/common.ts'

export const common: Record<keyof typeof en, string> = {
  'fault.unknown': '出现了问题，请重试。',
  'fault.CORE_UNAVAILABLE': '管理服务器没有应答，暂时无法打开新的连接，请稍后再试。',
  'fault.CORE_CREDENTIALS': '管理服务器不接受本堡垒机，请联系管理员。',
  'fault.CORE_REFUSED': '管理服务器拒绝了该请求。',
  'fault.CORE_MISSING': '管理服务器上已不存在该对象。',
  'fault.CORE_REPLY': '无法理解管理服务器的应答。',
  'fault.CORE_REGISTRATION': '本堡垒机无法在管理服务器上注册。',
  'fault.CORE_ACCESS_KEY': '本堡垒机的访问密钥不可用，请联系管理员。',
  'fault.CORE_TOKEN': '管理服务器不再接受您的登录，请退出后重新登录；如仍无效，请联系管理员。',
  'fault.CORE_CA_FILE': '无法使用证书文件 {path}。',
  'fault.CORE_PROXY': '代理设置 {name} 不可用。',
  'fault.CORE_DENIED': '您没有以“{account}”连接 {asset} 的权限。',
}
