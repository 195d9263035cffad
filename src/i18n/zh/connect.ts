import type { connect as en } from '../en/connect.ts'

export const connect: Record<keyof typeof en, string> = {
  'fault.SESSION_CANCELLED': '已取消，未连接 {asset}。',
  'connect.line': '正在连接 {account}@{asset}（{address}）...',
  'connect.core': '正在询问管理服务器',
  'connect.resolved': '等待 {address}',
  'connect.gateway': '网关 {name}',
  'connect.gateway-failed': '网关 {name} 失败',
  'connect.connected': '密钥交换',
  'connect.host-key': '正在登录',
  'connect.through': '网关 {name} 正常',
  'connect.key-known': '主机密钥正确',
  'connect.key-new': '新主机密钥已记录',
  'connect.key-unchecked': '主机密钥未检查',
  'connect.by-hand': '请手动登录',
  'connect.reused': '使用已打开的连接',
  'connect.seconds': '{seconds} 秒',
  'connect.cancel': 'Ctrl-C 取消',
  'connect.ask.account': '{asset} 上的用户名：',
  'connect.ask.password': '{account}@{asset} 的密码：',
  'connect.ask.wrong': '不正确，请重试。',
  'connect.ask.asked': '（{asset} 询问）{text} ',
}
