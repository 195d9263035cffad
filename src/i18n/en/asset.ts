export const asset = {
  'fault.ASSET_PROTOCOL':
    'Account “{account}” on {asset} uses {protocol}, which cannot be opened here. Choose an SSH account on an asset with an SSH port.',
  'fault.ASSET_GATEWAY':
    '{asset} is in a network area without a gateway that could be used. An administrator can correct its domain.',
  'fault.ASSET_NO_CREDENTIALS':
    'No name, password or key is stored for this account on {asset}, and nobody could be asked. Connect with a terminal and no command to type it, or ask an administrator to store one.',
  'fault.ASSET_KEY':
    'The key stored for “{account}” on {asset} cannot be used. An administrator can store it again.',
  'fault.ASSET_NAME':
    'Could not reach {asset}: the name {host} is not known. An administrator can correct its address.',
  'fault.ASSET_ADDRESS_REFUSED':
    'Could not reach {asset}: {address} is not allowed as the address of an asset. An administrator can correct it.',
  'fault.ASSET_REFUSED':
    'Could not reach {asset}: {address} refused the connection. The SSH service there is down, or the port is wrong.',
  'fault.ASSET_UNREACHABLE':
    'Could not reach {asset}: no way to {address}. The host or the network is likely down.',
  'fault.ASSET_TIMEOUT':
    'Could not reach {asset}: no answer from {address} within {seconds} s ({step}). The host or a firewall is likely down.',
  'fault.ASSET_NAME_TIMEOUT':
    'Could not reach {asset}: the name server did not answer for {address} within {seconds} s. Please try again; if it stays so, an administrator should look at the name server of this bastion.',
  'fault.ASSET_STALLED':
    '{asset} was reached at {address}, but did not go on within {seconds} s ({step}). It is likely overloaded; please try again.',
  'fault.ASSET_LOST':
    '{asset} broke the connection off ({step}). Please try again; if it stays so, its SSH log tells the reason.',
  'fault.ASSET_NOT_SSH':
    'What answers for {asset} on {address} does not speak SSH. The port may be wrong, or the machine is overloaded.',
  'fault.ASSET_ALGORITHMS':
    '{asset} and this bastion have no {list} algorithm in common. It offers: {offered}. Allowed here: {ours}. No setting here can change that; its SSH server has to.',
  'fault.ASSET_HOST_KEY_CHANGED':
    'The host key of {asset} CHANGED. Known {known}, now {found}. Nothing was sent to it. If the machine was rebuilt, an administrator types: cocod hostkey accept {asset}',
  'fault.ASSET_HOST_KEY_UNKNOWN':
    'The host key of {asset} is not known: {found}. Nothing was sent to it. An administrator compares it on the machine and types: cocod hostkey accept {asset}',
  'fault.ASSET_HOST_KEY_STORE':
    'The known host keys cannot be read or written, so nothing is opened. An administrator needs to look at it.',
  'fault.ASSET_AUTH':
    '{asset} refused the login as “{account}” (tried: {tried}; it takes: {offered}). An administrator can correct what is stored for it.',
  'fault.ASSET_PASSWORD_EXPIRED':
    'The password of this account on {asset} has expired. An administrator has to change it there and store the new one.',
  'fault.ASSET_CHANNEL':
    '{asset} let us in, but opened no shell and ran no command. The account may have no shell there.',
  'fault.ASSET_GATEWAYS':
    'Could not reach {asset} ({address}) through any gateway. {parts}. An administrator can run: cocod doctor asset {asset}',
  'fault.ASSET_GATEWAY_FORBIDS':
    'Could not reach {asset}: gateway {gateway} does not forward to {address}. An administrator can allow TCP forwarding there.',
  'fault.ASSET_ASKS':
    '{asset} asks “{question}”, which only a person can answer. Connect with a terminal and no command.',
  'fault.ASSET_AUTH_KEY':
    '{asset} refused the key of “{account}” (tried: {tried}; it takes: {offered}); the stored password was not sent. An administrator can put the key there, or set password_fallback for this asset.',
  'cause.ASSET_NAME': 'its name {host} is not known',
  'cause.ASSET_ADDRESS_REFUSED': '{address} is not allowed',
  'cause.ASSET_REFUSED': '{address} refused the connection',
  'cause.ASSET_UNREACHABLE': 'no way to {address}',
  'cause.ASSET_TIMEOUT': 'no answer from {address} ({step}, {seconds} s)',
  'cause.ASSET_NAME_TIMEOUT': 'the name server did not answer for {address} ({seconds} s)',
  'cause.ASSET_STALLED': '{address} did not go on ({step}, {seconds} s)',
  'cause.ASSET_LOST': 'it broke the connection off ({step})',
  'cause.ASSET_NOT_SSH': 'what answers on {address} is no SSH server',
  'cause.ASSET_ALGORITHMS': 'no common algorithms ({list})',
  'cause.ASSET_HOST_KEY_CHANGED': 'its host key changed to {found}',
  'cause.ASSET_HOST_KEY_UNKNOWN': 'its host key {found} is not known',
  'cause.ASSET_AUTH': 'it refused “{account}”',
  'cause.ASSET_AUTH_KEY': 'it refused the key of “{account}”',
  'cause.ASSET_KEY': 'the key stored for it cannot be used',
  'cause.ASSET_GATEWAY_FORBIDS': 'it does not forward to {address}',
  'fault.ASSET_TELNET_SHELL':
    '{asset} is reached by telnet, which can open a shell and run no command. Log in without a command.',
  'fault.ASSET_BECOME':
    'The password for “{command}” on {asset} cannot be read. An administrator can correct become_password_file.',
  'fault.ASSET_ALGORITHMS_PRESET':
    '{asset} offers only algorithms that are not allowed here ({list}). It offers: {offered}. Allowed here: {ours}. An administrator can allow them for this asset: algorithms = {preset}',
  'cause.ASSET_ALGORITHMS_PRESET': 'no common algorithms ({list}); preset {preset} would do',
  'fault.ASSET_FULL':
    '{asset} let us in, but opened no session: too many are open there. Close one, or try again later.',
  'fault.ASSET_NO_PTY':
    '{asset} let us in, but gives no terminal (PTY) to this account. A command without a terminal may work: ssh -T.',
  'fault.ASSET_ACCOUNT_EXPIRED':
    'The account “{account}” has expired on {asset}. An administrator has to extend it there.',
  'cause.ASSET_ACCOUNT_EXPIRED': 'the account “{account}” has expired there',
  'cause.ASSET_PASSWORD_EXPIRED': 'the password for it has expired',
} as const
