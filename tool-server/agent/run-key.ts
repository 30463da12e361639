// By the names of its commands: `say:{conversation}:bot:model:{run}:{turn}`.
export const runIn = (key: string): { conversation: string; run: string } | undefined => {
  const [, conversation, run] = /^say:([0-9a-f-]{36}):bot:(?:model|call):([0-9a-f-]{36}):/.exec(key) ?? []
  return conversation === undefined || run === undefined ? undefined : { conversation, run }
}
