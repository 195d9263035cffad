import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { cocod } from '../fixtures/cocod.ts'

const PROMPT = /[$#]$/m

/** Whether the SSH port takes a connection. */
function listens({ sshPort }: Bastion): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(sshPort, '127.0.0.1')
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

test('a drained daemon takes nothing new, tells its people, and is gone when the last has left', async () => {
  await using bastion = await startBastion()
  await using session = await bastion.ssh({ as: bastion.direct })
  await session.untilScreen(PROMPT)
  await using menu = await bastion.ssh()
  await menu.untilScreen(/Opt>$/)
  const stopping = cocod(['stop', '--drain', '--timeout', '7'], bastion.daemon.directory)
  await session.untilScreen(/── This bastion is about to be restarted: please finish within 7 min\./)
  expect(await listens(bastion)).toBe(false)
  const { stdout } = await cocod(['status', '--json'], bastion.daemon.directory)
  expect(JSON.parse(stdout)).toMatchObject({ daemon: { ready: false, sessions: 1 } })
  menu.type('web-01\r')
  await menu.untilScreen(/This bastion is about to stop\./)
  session.type('echo still-here-$((1+1))\r')
  await session.untilScreen(/^still-here-2$/m)
  session.type('exit\r')
  await session.closed
  expect((await stopping).stdout).toContain(`stopped (pid ${bastion.daemon.pid})`)
  expect(await bastion.daemon.exited).toBe(0)
})

test('when the time is over what is left is ended as by any stop', async () => {
  await using bastion = await startBastion()
  await using session = await bastion.ssh({ as: bastion.direct })
  await session.untilScreen(PROMPT)
  const { stdout } = await cocod(['stop', '--drain', '--timeout', '0'], bastion.daemon.directory)
  expect(stdout).toContain('stopped')
  await session.untilScreen(/── Ended: this bastion is being stopped\./)
})

test('a SIGTERM drains where the settings say so, and a second one stops', async () => {
  await using bastion = await startBastion({ env: { SIGTERM_ACTION: 'drain', DRAIN_MINUTES: '60' } })
  await using session = await bastion.ssh({ as: bastion.direct })
  await session.untilScreen(PROMPT)
  bastion.daemon.signal('SIGTERM')
  await session.untilScreen(/please finish within 60 min\./)
  bastion.daemon.signal('SIGTERM')
  await session.untilScreen(/── Ended: this bastion is being stopped\./)
  expect(await bastion.daemon.exited).toBe(0)
})
