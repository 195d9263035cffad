import type { en } from './en.ts'

export const zh: Record<keyof typeof en, string> = {
  // ── common ──
  'fault.unknown': '出现了问题，请重试。',
  'fault.CORE_UNAVAILABLE': '管理服务器没有应答，暂时无法打开新的连接，请稍后再试。',
  'fault.CORE_CREDENTIALS': '管理服务器不接受本堡垒机，请联系管理员。',
  'fault.CORE_REFUSED': '管理服务器拒绝了该请求。',
  'fault.CORE_MISSING': '管理服务器上已不存在该对象。',
  'fault.CORE_REPLY': '无法理解管理服务器的应答。',
  // ── session ──
  'session.connecting': '正在连接 {account}@{asset} ... ',
}
