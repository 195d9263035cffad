import type { forwarding as en } from '../en/forwarding.ts'

export const forwarding: Record<keyof typeof en, string> = {
  'forward.never': '此处不支持这种转发。',
  'forward.tooMany': '转发连接过多（上限为 {most}）。',
  'fault.FORWARD_NO_RULE': '不允许转发到 {place}：{asset} 未开放任何转发，请联系管理员开放。',
  'fault.FORWARD_OTHER_USERS': '不允许转发到 {place}：{asset} 的转发规则不包含 {user}，请联系管理员添加。',
  'fault.FORWARD_PLACE': '{asset} 不允许转发到 {place}，请联系管理员开放。',
  'fault.FORWARD_LISTEN': '{asset} 不允许为您监听 {place}，请联系管理员开放。',
  'fault.FORWARD_JUMP':
    '普通登录无法访问 {place}。请以 {user}@系统用户@资产 登录（会被记录），或由管理员为该资产开放不被记录的跳转。',
  'fault.ASSET_FORWARD': '无法连接 {to}：{reason}。',
  'fault.ASSET_JUMP_RULES': '{asset} 设有命令规则，跳转时无法执行这些规则。请直接登录：用户@系统用户@资产。',
  'fault.ASSET_LISTEN': '资产无法监听 {at}：{reason}。',
  'fault.SESSION_TUNNEL': '转发会话未能建立，请重新登录。',
  'fault.MENU_SUBSYSTEM': '{asset} 不允许使用子系统“{subsystem}”，请联系管理员开放。',
  'fault.MENU_SUBSYSTEM_PLAIN': '子系统“{subsystem}”需要指明资产：请以 用户@系统用户@资产 登录。',
}
