import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { replayText } from '../fixtures/replay-text.ts'

test('an asset that speaks GBK is read and typed to in UTF-8, with the bastion’s notices beside it', async () => {
  await using bastion = await startBastion({ assetOptions: ['charset = gbk'] })
  await using ssh = await bastion.ssh({ as: bastion.direct, options: { SetEnv: 'LANG=zh_CN.UTF-8' } })
  await ssh.untilScreen(/[$#]$/m)
  // 中文 in GBK, by its bytes: nothing but a conversion makes it readable.
  ssh.type("printf '<\\326\\320\\316\\304>\\n'\r")
  await ssh.untilScreen(/^<中文>/m)
  ssh.type('echo now; head -c 5 | od -An -tx1\r')
  await ssh.untilScreen(/^now/m)
  ssh.type('你好\r')
  await ssh.untilScreen(/^你好\n c4 e3 ba c3 0a\n.*[$#]$/m)
  // Enter was the last key; in one packet with what follows it would be text that is pasted.
  ssh.type('~')
  ssh.type('=')
  await ssh.untilScreen(/当前编码为 gbk/)
  ssh.type('u')
  await ssh.untilScreen(/当前编码为 utf-8。/)
  ssh.type("printf '<\\344\\270\\255>\\n'\r")
  await ssh.untilScreen(/^<中>/m)
  ssh.type('exit\r')
  expect(await ssh.closed).toBe(0)
  expect(await replayText(bastion.daemon.directory, /c4 e3 ba c3/)).toContain('<中文>')
})
