import { expect, test } from 'vitest'
import { AssetLine, type AssetLineParts } from '../../../src/session/asset-line.ts'
import { StageChain } from '../../../src/session/stage.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

function aLine(given: Partial<AssetLineParts> = {}) {
  const toProgram: Buffer[] = []
  const toPerson: Buffer[] = []
  const told: string[] = []
  const recorded: Buffer[] = []
  const line = new AssetLine({
    ...{ charset: 'utf-8', backspace: 'as-is' },
    recordKeys: (bytes) => void recorded.push(bytes),
    tell: (news, charset) => void told.push(`${news} ${charset}`),
    zmodem: {
      clock: new ManualClock(),
      ...{ allowed: () => true, onFile: () => undefined, onEnd: () => undefined, onMove: () => undefined },
    },
    ...given,
  })
  const chain = new StageChain([line.front, line.back], {
    toProgram: (bytes) => void toProgram.push(bytes),
    toPerson: (bytes) => void toPerson.push(bytes),
    more: () => undefined,
  })
  return {
    chain,
    told,
    type: (...keys: string[]) => {
      for (const key of keys) chain.keys(Buffer.from(key))
    },
    sent: () => Buffer.concat(toProgram.splice(0)).toString('latin1'),
    shown: () => Buffer.concat(toPerson.splice(0)).toString(),
    recorded: () => Buffer.concat(recorded.splice(0)).toString(),
  }
}

test('keys go out in the encoding of the asset, and are recorded as they were typed', () => {
  const line = aLine({ charset: 'gbk' })
  line.type('echo 世')
  expect(line.sent()).toBe('echo \xca\xc0')
  expect(line.recorded()).toBe('echo 世')
  line.chain.output(Buffer.from([0xca]))
  line.chain.output(Buffer.from([0xc0, 0xbd, 0xe7]))
  expect(line.shown()).toBe('世界')
})

test('Enter ~ = asks for the encoding and the next key chooses it; nothing of it reaches the asset', () => {
  const line = aLine()
  line.type('ls\r', '~', '=')
  expect([line.sent(), line.told]).toEqual(['ls\r', ['ask utf-8']])
  line.type('g')
  expect(line.told.at(-1)).toBe('now gb18030')
  line.type('世')
  expect(line.sent()).toBe('\xca\xc0')
  line.type('\r', '~=', 'x')
  expect([line.sent(), line.told.at(-1)]).toEqual(['\r', 'now gb18030'])
})

test('a tilde that is none goes on with the next key, or when there are no more', async () => {
  const line = aLine()
  line.type('~', '/bin\r', 'a~', '=', '\r', '~')
  expect(line.sent()).toBe('~/bin\ra~=\r')
  await line.chain.keysEnded()
  expect(line.sent()).toBe('~')
  line.type('pasted\r~=g\r')
  expect([line.sent(), line.told]).toEqual(['pasted\r~=g\r', []])
})

test.each([
  ['as-is', 'a\x7fb\x08'],
  ['bs', 'a\x08b\x08'],
  ['del', 'a\x7fb\x7f'],
] as const)('Backspace %s', (backspace, sent) => {
  const line = aLine({ backspace })
  line.type('a\x7fb\x08')
  expect(line.sent()).toBe(sent)
})
