import { expect, test } from 'vitest'
import { SizeLimit } from '../../../src/session/size-limit.ts'

function limited(limitBytes: number) {
  const seen: string[] = []
  let bytes = 0
  const it = new SizeLimit({
    limitBytes,
    onWarning: () => seen.push(`warned at ${bytes}`),
    onEnd: () => seen.push(`ended at ${bytes}`),
  })
  return {
    seen,
    show: (more: number) => {
      bytes += more
      it.shown(more)
    },
  }
}

test('what has shown nine tenths of what it may is warned, at the limit it is ended, each once', () => {
  const { seen, show } = limited(1000)
  for (let n = 0; n < 20; n += 1) show(100)
  expect(seen).toEqual(['warned at 900', 'ended at 1000'])
})

test('one piece that is larger than the limit ends it', () => {
  const { seen, show } = limited(1000)
  show(5000)
  show(5000)
  expect(seen).toEqual(['ended at 5000'])
})

test('without a limit nothing happens', () => {
  const { seen, show } = limited(0)
  for (let n = 0; n < 10; n += 1) show(1e12)
  expect(seen).toEqual([])
})
