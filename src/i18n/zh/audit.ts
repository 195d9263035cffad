import type { audit as en } from '../en/audit.ts'

export const audit: Record<keyof typeof en, string> = {
  'fault.AUDIT_DISK_RESERVE': '磁盘剩余空间不足，无法录制会话，暂时不能打开新的会话，请联系管理员。',
  'fault.AUDIT_DISK_LIMIT': '会话录像已达到空间上限，暂时不能打开新的会话，请联系管理员。',
  'fault.AUDIT_WRITE': '会话录像无法继续写入，请联系管理员。',
  'fault.AUDIT_NEWER': '该录像由更新的版本生成，此版本无法读取。',
  'fault.AUDIT_DAMAGED': '该录像已损坏，无法读取。',
  'fault.AUDIT_NO_SESSION': '找不到与该编号唯一对应的会话。',
}
