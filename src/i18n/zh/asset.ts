import type { asset as en } from '../en/asset.ts'

export const asset: Record<keyof typeof en, string> = {
  'fault.ASSET_PROTOCOL':
    '{asset} 上的账号“{account}”使用 {protocol} 协议，此处无法打开。请选择 SSH 账号和开放了 SSH 端口的资产。',
  'fault.ASSET_GATEWAY': '{asset} 所在的网域没有可用的网关，请联系管理员更正其网域。',
  'fault.ASSET_NO_CREDENTIALS':
    '{asset} 上的该账号没有保存用户名、密码或密钥，且无法询问。请用终端且不带命令连接后手动输入，或联系管理员保存。',
  'fault.ASSET_KEY': '{asset} 上的账号“{account}”所保存的密钥无法使用，请联系管理员重新保存。',
  'fault.ASSET_NAME': '无法连接 {asset}：无法解析名称 {host}，请联系管理员更正资产地址。',
  'fault.ASSET_ADDRESS_REFUSED': '无法连接 {asset}：不允许将 {address} 用作资产地址，请联系管理员更正。',
  'fault.ASSET_REFUSED': '无法连接 {asset}：{address} 拒绝了连接。对方的 SSH 服务可能未运行，或端口有误。',
  'fault.ASSET_UNREACHABLE': '无法连接 {asset}：无法到达 {address}，主机或网络可能出现故障。',
  'fault.ASSET_TIMEOUT':
    '无法连接 {asset}：{address} 在 {seconds} 秒内没有应答（{step}），主机可能已停机或被防火墙拦截。',
  'fault.ASSET_NAME_TIMEOUT':
    '无法连接 {asset}：域名服务器在 {seconds} 秒内未能解析 {address}。请重试；如果仍然如此，请管理员检查堡垒机的域名服务器。',
  'fault.ASSET_STALLED':
    '已连接到 {asset}（{address}），但对方在 {seconds} 秒内没有继续应答（{step}），可能负载过高，请稍后重试。',
  'fault.ASSET_LOST': '{asset} 中断了连接（{step}）。请重试；如果仍然如此，请查看该主机的 SSH 日志。',
  'fault.ASSET_NOT_SSH': '{asset} 的 {address} 上运行的不是 SSH 服务，可能是端口有误，或主机负载过高。',
  'fault.ASSET_ALGORITHMS':
    '{asset} 与堡垒机没有共同的算法（{list}）。对方提供：{offered}；此处允许：{ours}。需更改该主机的 SSH 服务。',
  'fault.ASSET_HOST_KEY_CHANGED':
    '{asset} 的主机密钥已改变！原为 {known}，现为 {found}。尚未向其发送任何内容。如果主机确已重装，请管理员运行：cocod hostkey accept {asset}',
  'fault.ASSET_HOST_KEY_UNKNOWN':
    '{asset} 的主机密钥 {found} 未知。尚未向其发送任何内容，请管理员在主机上核对后运行：cocod hostkey accept {asset}',
  'fault.ASSET_HOST_KEY_STORE': '已知主机密钥无法读取或写入，因此不会打开任何连接，请联系管理员。',
  'fault.ASSET_AUTH':
    '{asset} 拒绝了账号“{account}”的登录（已尝试：{tried}；对方接受：{offered}），请联系管理员更正所保存的凭据。',
  'fault.ASSET_PASSWORD_EXPIRED': '该账号在 {asset} 上的密码已过期，请联系管理员在主机上修改并保存新密码。',
  'fault.ASSET_CHANNEL': '已登录 {asset}，但对方没有打开终端或执行命令。该账号可能没有可用的 shell。',
  'fault.ASSET_GATEWAYS':
    '无法通过任何网关连接 {asset}（{address}）。{parts}。管理员可运行：cocod doctor asset {asset}',
  'fault.ASSET_GATEWAY_FORBIDS':
    '无法连接 {asset}：网关 {gateway} 不允许转发到 {address}，管理员可在网关上放行 TCP 转发。',
  'fault.ASSET_ASKS': '{asset} 询问“{question}”，需要由人回答。请用终端且不带命令连接。',
  'fault.ASSET_AUTH_KEY':
    '{asset} 拒绝了账号“{account}”的密钥（已尝试：{tried}；对方接受：{offered}），未发送所保存的密码。管理员可更正密钥，或为该资产设置 password_fallback。',
  'cause.ASSET_NAME': '名称 {host} 无法解析',
  'cause.ASSET_ADDRESS_REFUSED': '不允许 {address}',
  'cause.ASSET_REFUSED': '{address} 拒绝连接',
  'cause.ASSET_UNREACHABLE': '无法到达 {address}',
  'cause.ASSET_TIMEOUT': '{address} 没有应答（{step}，{seconds} 秒）',
  'cause.ASSET_NAME_TIMEOUT': '域名服务器未能解析 {address}（{seconds} 秒）',
  'cause.ASSET_STALLED': '{address} 没有继续应答（{step}，{seconds} 秒）',
  'cause.ASSET_LOST': '连接中断（{step}）',
  'cause.ASSET_NOT_SSH': '{address} 不是 SSH 服务',
  'cause.ASSET_ALGORITHMS': '没有共同算法（{list}）',
  'cause.ASSET_HOST_KEY_CHANGED': '主机密钥已变为 {found}',
  'cause.ASSET_HOST_KEY_UNKNOWN': '主机密钥 {found} 未知',
  'cause.ASSET_AUTH': '拒绝账号“{account}”',
  'cause.ASSET_AUTH_KEY': '拒绝账号“{account}”的密钥',
  'cause.ASSET_KEY': '所保存的密钥无法使用',
  'cause.ASSET_GATEWAY_FORBIDS': '不允许转发到 {address}',
  'fault.ASSET_TELNET_SHELL': '{asset} 通过 telnet 连接，只能打开终端，不能直接执行命令。请不带命令登录。',
  'fault.ASSET_BECOME': '无法读取 {asset} 上“{command}”的密码。请管理员检查 become_password_file。',
  'fault.ASSET_ALGORITHMS_PRESET':
    '{asset} 只提供此处不允许的算法（{list}）。对方提供：{offered}；此处允许：{ours}。管理员可为该资产放行：algorithms = {preset}',
  'cause.ASSET_ALGORITHMS_PRESET': '没有共同算法（{list}），可使用 {preset}',
  'fault.ASSET_FULL': '已登录 {asset}，但对方不再打开新的会话：会话数已满。请关闭一个或稍后重试。',
  'fault.ASSET_NO_PTY': '已登录 {asset}，但对方不为该账号分配终端（PTY）。不带终端执行命令可能可行：ssh -T。',
  'fault.ASSET_ACCOUNT_EXPIRED': '账号“{account}”在 {asset} 上已过期，请联系管理员延长有效期。',
  'cause.ASSET_ACCOUNT_EXPIRED': '账号“{account}”已过期',
  'cause.ASSET_PASSWORD_EXPIRED': '密码已过期',
}
