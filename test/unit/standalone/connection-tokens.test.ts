import { expect, test } from 'vitest'
import { IDS, SOME_TEXT, startWorld } from './world.ts'

const path = '/api/authentication/v1/connection-token/'
const target = { user: IDS.zhang, asset: IDS.web, system_user: IDS.root }

test('a connection token tells who may open what for 20 s, and grants nothing by itself', async () => {
  await using world = await startWorld()
  await world.register('bj-01')
  const { status, body } = await world.call('POST', path, { body: target })
  expect({ status, body }).toEqual({ status: 201, body: { token: SOME_TEXT } })
  const token = /"token":"([^"]+)"/.exec(JSON.stringify(body))?.[1]
  const names = { username: 'zhangsan', hostname: 'web-01', system_user_name: 'root_key' }
  for (const at of [path, '/api/users/v1/connection-token/']) {
    expect((await world.call('GET', `${at}?token=${token}`)).body).toEqual({ ...target, ...names })
  }
  expect((await world.call('GET', `${path}?token=${token}`, { unsigned: true })).status).toBe(403)
  const open = await world.call('GET', `${path}?token=${token}&user-only=1`, { unsigned: true })
  expect(open).toMatchObject({ status: 200, body: { user: IDS.zhang } })
  world.clock.advance(20_000)
  expect(await world.call('GET', `${path}?token=${token}`)).toMatchObject({ status: 404, body: '' })
})

test('a connection token is made by terminals only, of ids', async () => {
  await using world = await startWorld()
  expect((await world.call('POST', path, { body: target })).status).toBe(403)
  await world.register('bj-01')
  expect((await world.call('POST', path, { body: { ...target, user: 'zhangsan' } })).body).toEqual({
    user: ['"zhangsan" is not a valid UUID.'],
  })
  expect(await world.call('GET', `${path}?token=none`)).toMatchObject({ status: 404, body: '' })
})
