import type { session as en } from '../en/session.ts'

export const session: Record<keyof typeof en, string> = {
  'fault.SESSION_CLOSING': '堡垒机即将停止，请稍后重新登录。',
  'fault.SESSION_LIMIT': '打开的会话过多（上限 {most} 个），请关闭一个后重试。',
  'fault.SESSION_RULES':
    '{asset} 上的“{account}”设有命令过滤规则，本版本无法执行这些规则，因此不允许登录。请联系管理员。',
  'session.connecting': '正在连接 {account}@{asset} ({address}) ...',
  'session.idle-near': '长时间没有按键：{minutes} 分钟内不按任何键，会话将结束。',
  'session.outage-near': '管理服务器长时间没有应答：若仍无应答，会话将在 5 分钟后结束。',
  'session.ended.exit': '到 {asset} 的连接已由资产关闭（{exit}），历时 {duration}。',
  'session.ended.left': '到 {asset} 的连接已关闭。',
  'session.ended.asset-lost': '到 {asset} 的连接已中断，此前内容均已录制。   [{session}]',
  'session.ended.killed': '会话被{by}结束，此前内容均已录制。   [{session}]',
  'session.ended.killed.reason': '会话被{by}结束：{reason}。此前内容均已录制。   [{session}]',
  'session.ended.duration': '会话结束：单次会话最长 {minutes} 分钟，此前内容均已录制。   [{session}]',
  'session.duration-near': '本会话已达到允许的最长时间，将在 {minutes} 分钟后结束。',
  'fault.SESSION_ASSET_LIMIT': '该资产上打开的会话过多（上限 {most} 个），请稍后再试。',
  'session.ended.idle': '会话结束：{minutes} 分钟没有按键。   [{session}]',
  'session.ended.permission': '会话结束：您已不再拥有 {asset} 的权限，此前内容均已录制。   [{session}]',
  'session.ended.outage': '会话结束：管理服务器已 {minutes} 分钟没有应答。   [{session}]',
  'session.ended.record-failed': '会话结束：无法继续录制。   [{session}]',
  'session.ended.shutdown': '会话结束：堡垒机正在停止，此前内容均已录制。   [{session}]',
  'session.administrator': '管理员',
}
