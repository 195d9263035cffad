import { expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'

test('what was opened last is closed first', async () => {
  const closed: string[] = []
  const scope = new Scope()
  scope.defer(() => closed.push('first'))
  scope.defer(() => closed.push('second'))
  await scope.close()
  expect(closed).toEqual(['second', 'first'])
})

test('one closer that fails does not keep the others open', async () => {
  const closed: string[] = []
  const scope = new Scope()
  scope.defer(() => closed.push('first'))
  scope.defer(() => Promise.reject(new Error('stuck')))
  await expect(scope.close()).rejects.toThrow('closing failed')
  expect(closed).toEqual(['first'])
})

test('what is given to a closed scope is closed at once', async () => {
  const scope = new Scope()
  await scope.close()
  const closed = new Promise<void>((resolve) => scope.defer(resolve))
  await closed
})
