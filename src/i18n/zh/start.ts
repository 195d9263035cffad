import type { start as en } from '../en/start.ts'

export const start: Record<keyof typeof en, string> = {
  'fault.INI': '无法理解 {file}（第 {line} 行）。',
  'fault.PASSWORDS_BUSY': '同时登录的人数过多，请稍后再试。',
  'fault.PTY_UNAVAILABLE': '演示环境在此平台上没有可用的终端。',
  'fault.EMBEDDED_CORE_DATABASE': '无法使用数据库 {path}。',
}
