import { Struct, Unsigned64 } from '../../src/codec/index.ts'
import { defineParameter } from '../../src/module/index.ts'
import { notesName } from './collections.ts'

export const boardRules = defineParameter({
  module: notesName,
  name: 'board-rules',
  schema: Struct({ lifetime: Unsigned64 }),
  summary: 'How many milliseconds a note hangs.',
  initial: { lifetime: 86_400_000n },
})
