import { defineParameter } from '../module/index.ts'
import { governanceName } from './collections.ts'
import { Authority } from './schemas.ts'

export const authority = defineParameter({
  module: governanceName,
  name: 'authority',
  schema: Authority,
  summary: 'How many members, of which roles, must sign what governance decides.',
  initial: { roles: ['operator', 'vendor', 'ca', 'regulator'], members: 3 },
})
