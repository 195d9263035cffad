import type { en } from './en.ts'

export const zh: Record<keyof typeof en, string> = {
  // ── common ──
  'fault.unknown': '出现了问题，请重试。',
  'fault.CORE_UNAVAILABLE': '管理服务器没有应答，暂时无法打开新的连接，请稍后再试。',
  'fault.CORE_CREDENTIALS': '管理服务器不接受本堡垒机，请联系管理员。',
  'fault.CORE_REFUSED': '管理服务器拒绝了该请求。',
  'fault.CORE_MISSING': '管理服务器上已不存在该对象。',
  'fault.CORE_REPLY': '无法理解管理服务器的应答。',
  'fault.CORE_REGISTRATION': '本堡垒机无法在管理服务器上注册。',
  'fault.CORE_ACCESS_KEY': '本堡垒机的访问密钥不可用，请联系管理员。',
  'fault.CORE_DENIED': '您没有以“{account}”连接 {asset} 的权限。',
  // ── session ──
  'fault.SESSION_CLOSING': '堡垒机即将停止，请稍后重新登录。',
  'fault.SESSION_LIMIT': '打开的会话过多（上限 {most} 个），请关闭一个后重试。',
  'fault.SESSION_RULES':
    '{asset} 上的“{account}”设有命令过滤规则，本版本无法执行这些规则，因此不允许登录。请联系管理员。',
  'session.connecting': '正在连接 {account}@{asset} ({address}) ...',
  'session.idle-near': '长时间没有按键：{minutes} 分钟内不按任何键，会话将结束。',
  'session.outage-near': '管理服务器长时间没有应答：若仍无应答，会话将在 5 分钟后结束。',
  'session.ended.exit': '资产关闭了到 {asset} 的连接（{exit}），持续 {duration}。',
  'session.ended.left': '到 {asset} 的连接已关闭。',
  'session.ended.asset-lost': '到 {asset} 的连接已中断，此前内容均已录制。   [{session}]',
  'session.ended.killed': '会话被{by}结束，此前内容均已录制。   [{session}]',
  'session.ended.idle': '会话结束：{minutes} 分钟没有按键。   [{session}]',
  'session.ended.permission': '会话结束：您已不再拥有 {asset} 的权限，此前内容均已录制。   [{session}]',
  'session.ended.outage': '会话结束：管理服务器已 {minutes} 分钟没有应答。   [{session}]',
  'session.ended.record-failed': '会话结束：无法继续录制。   [{session}]',
  'session.ended.shutdown': '会话结束：堡垒机正在停止，此前内容均已录制。   [{session}]',
  'session.administrator': '管理员',
  // ── web ──
  'web.how': '这是一台 SSH 堡垒机，请在终端中登录：',
  'web.you': '用户名',
  'web.later': '本版本尚未提供浏览器终端。',
}
