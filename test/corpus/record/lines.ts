import type { Random } from './stage.ts'

/** Commands that run the same in every shell here, touch nothing outside the session's home and print no path of it. */
const PLAIN = [
  'ls',
  'ls -l notes.txt | wc -l',
  'echo hello world',
  'cat notes.txt',
  'grep -n alpha notes.txt',
  'wc -l notes.txt data/b.csv',
  'seq 1 5',
  'echo one; echo two',
  'true && echo yes || echo no',
  'printf "%s\\n" a b c | sort -r | head -2',
  'mkdir -p tmp/x && cd tmp && cd ..',
  'cut -d, -f2 data/b.csv',
  'sort data/b.csv | uniq -c | sort -n',
  'echo "quotes \'inside\' quotes"',
  'ls --color=always data',
  'head -c 20 notes.txt | od -c | head -3',
  'date +%Y',
  'cp notes.txt copy.txt; rm copy.txt',
  'find data -name "*.csv"',
  'cd data',
  'cd ~',
  'nosuchcommand --flag',
  'ls nosuchfile',
  'false',
  'sed -n 2p notes.txt',
  'tr a-z A-Z < notes.txt',
  'seq 60',
  'echo done # with a remark',
  'printf "no line end"',
  'echo a>b.txt; cat b.txt',
  'test -f notes.txt; echo tested',
] as const
const CHINESE = [
  'echo 你好，世界',
  'grep 审计 notes.txt',
  'echo 中文和English混合 命令',
  'printf "%s\\n" 日志 记录 | sort',
  'mkdir -p 目录 && ls 目录',
  'echo naïve café Ünïcode',
  'echo 完成✔ ok',
] as const
const WORDS = [
  'alpha',
  'beta',
  'gamma',
  'delta',
  'server',
  'config',
  'deploy',
  'restart',
  'backup',
  'volume',
  'network',
  '--force',
  '-v',
  '/etc/hosts',
  'a=1',
  '"two words"',
  'x,y,z',
  '100%',
  'user@host',
  '+ok',
] as const

/** None that one of the shells refuses to run. */
export const plain = ({ pick, below }: Random): string =>
  below(4) === 0 ? `echo ${words({ pick, below }, 1 + below(6))}` : pick(PLAIN)

export const chinese = ({ pick }: Random): string => pick(CHINESE)

export const words = ({ pick }: Random, count: number): string =>
  Array.from({ length: count }, () => pick(WORDS)).join(' ')

/** About `length` characters. */
export function long(random: Random, length: number): string {
  let line = 'echo'
  while (line.length < length) line += ` ${words(random, 1)}`
  return line
}

export const secret = ({ below }: Random): string => {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  return `Pw${Array.from({ length: 10 }, () => letters[below(letters.length)]).join('')}`
}
