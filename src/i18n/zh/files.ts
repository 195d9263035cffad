import type { files as en } from '../en/files.ts'

export const files: Readonly<Record<keyof typeof en, string>> = {
  'fault.FILES_NO_UPLOAD': '您无权以“{account}”身份向 {asset} 上传或修改文件：{path}',
  'fault.FILES_NO_DOWNLOAD': '您无权以“{account}”身份从 {asset} 下载文件：{path}',
  'fault.FILES_OUTSIDE': '{path} 超出了 {asset} 上允许访问的目录 {root}。',
  'fault.FILES_PATH': '该路径不予传递（过长、含换行，或超出允许范围）：{path}',
  'fault.FILES_TREE': '{path} 是资产列表，不能修改。请先进入某个资产。',
  'fault.FILES_TWO_ASSETS': '不能把文件从 {from} 移动到 {to}：它们不是同一资产和账号。请先复制再删除。',
  'fault.FILES_HANDLES': '同时打开的文件过多（上限 {most}）。请关闭一些后重试。',
  'fault.FILES_PACKET': '该客户端发送的内容不是 SFTP。请换用其他客户端。',
  'fault.FILES_NO_SFTP': '{asset} 未提供 SFTP。管理员可在其 SSH 服务中开启（Subsystem sftp）。',
  'fault.FILES_ROOT': '{asset} 上没有目录 {root}。管理员可以修改该设置。',
  'fault.FILES_ENDED': '以“{account}”身份到 {asset} 的连接已被结束。请重新登录。',
  'fault.FILES_KILLED': '管理员结束了以“{account}”身份到 {asset} 的连接。',
  'fault.FILES_WITHDRAWN': '以“{account}”身份到 {asset} 的连接已被结束：您已不再拥有该权限。',
  'fault.FILES_OUTAGE': '以“{account}”身份到 {asset} 的连接已被结束：管理服务器没有应答，请稍后再试。',
  'fault.FILES_UNRECORDED': '以“{account}”身份到 {asset} 的连接已被结束：无法继续记录，请联系管理员。',
  'fault.FILES_SHUTDOWN': '以“{account}”身份到 {asset} 的连接已被结束：堡垒机正在停止，请稍后重新登录。',
  'fault.FILES_UNPARSED': '{program} 的传输无法审计，此处不允许。请使用 sftp 或 scp。',
  'fault.FILES_UNPARSED_RIGHTS':
    '{program} 的传输无法审计，因此需要 {asset} 的上传和下载权限，您没有这些权限。',
  'fault.FILES_CONFINED':
    '{asset} 上的文件限制在 {root} 内，{program} 无法受此限制。请使用 sftp，或不带 -O 的 scp。',
  'fault.FILES_RULE': '{asset} 的命令过滤规则不允许：{command}',
}
