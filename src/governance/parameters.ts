import { defineParameter } from '../module/index.ts'
import { governanceName } from './collections.ts'
import { Authority, Emergency, ValidatorPolicy } from './schemas.ts'

export const authority = defineParameter({
  module: governanceName,
  name: 'authority',
  schema: Authority,
  summary: 'How many members, of which roles, must agree to what governance decides.',
  initial: { roles: ['operator', 'vendor', 'ca', 'regulator'], members: 3 },
})

export const emergency = defineParameter({
  module: governanceName,
  name: 'emergency',
  schema: Emergency,
  summary: 'How many of those members can suspend one at once, and for how long.',
  initial: { members: 2, hours: 72 },
})

export const validatorPolicy = defineParameter({
  module: governanceName,
  name: 'validator-policy',
  schema: ValidatorPolicy,
  summary: 'How fast validators change, how much one member may have, what double signing leads to.',
  initial: { changeDivisor: 3, memberPercent: 33, doubleSigning: 'suspend-validator' },
})
