import type { ErrorCode } from './errors.ts'

// What each code means, and who puts it right: the page docs/errors.md is written from here. who: whoever asked; the admin; nobody, since it passes by itself; or the people who work on Portero.
export type Mender = 'asker' | 'admin' | 'nobody' | 'makers'
export type Guide = { means: string; who: Mender; mend: string }

export const errorGuide: Record<ErrorCode, Guide> = {
  invalid_input: { means: 'Something in the request is missing, or not of the form that is asked for.', who: 'asker', mend: 'Read the sentence: it names the place. Of tools, `/openapi.json` and docs/tools.md say what they take; of the command line, `portero --help`.' },
  unauthorized: { means: 'There is no key, sign-in or signature, or it is wrong, too old or from the future.', who: 'admin', mend: 'Of a key: `portero keys list`, and `portero keys tool NAME` for another. Of a signature: the server computes from its own `PUBLIC_BASE_URL` and the secrets of the connection, and its clock must be right; `portero webhook sign` shows what it should be.' },
  refused: { means: 'Who asked is known, and may not do this; or it can\'t be done at all as things are, which the sentence says.', who: 'admin', mend: 'Scopes of a key: `portero keys tool NAME --scopes`. Roles: `portero operator NAME --role`. Of a tool: the conversation isn\'t one of ours, or not live.' },
  not_found: { means: 'There is nothing by that name, or not for you.', who: 'asker', mend: 'Look at the name; the sentence says what there is, or the command that lists it.' },
  conflict: { means: 'It changed while it was looked at, or another process has what is needed, such as the embedded database.', who: 'asker', mend: 'Look again and repeat what is still wanted. Of `data directory … is in use`: stop the server first.' },
  too_large: { means: 'The request or the file is larger than the door reads.', who: 'asker', mend: 'Send less at once. Tools, the gate and cards read 64 KiB, workflows 256 KiB, webhooks 1 MiB.' },
  unsupported: { means: 'It is compressed, or of a type that isn\'t read here.', who: 'asker', mend: 'Send JSON as it is, without `content-encoding`.' },
  throttled: { means: 'Too much at once, from whoever asks or to a vendor. Nothing was tried, and it costs no attempt.', who: 'nobody', mend: 'Wait for `retry-after`. Work inside waits by itself; docs/quotas.md has the limits.' },
  bug: { means: 'Something failed that should not be able to.', who: 'makers', mend: 'Take the trace of the answer (`x-trace-id`): the log has its cause. Work is tried again, and then waits among what is dead: `portero replay`.' },
  bad_response: { means: 'A vendor answered what can\'t be understood, or what it sent isn\'t of its form.', who: 'nobody', mend: 'It is tried again. What stays is in `portero replay`, with its bytes: `portero webhook record` shows them, masked, and after a fix `portero replay --id ID` tries again.' },
  disconnected: { means: 'A vendor no longer takes our key or what was granted; a scope, stage or property is gone; an account has no credit.', who: 'admin', mend: '`portero doctor` names what to click; reconnect in the console under *Conexiones*, or `portero connect VENDOR ACCOUNT` with a new key. What waited goes on by itself.' },
  paused: { means: 'A vendor fails so often that it gets a rest. Nothing was tried, and it costs no attempt.', who: 'nobody', mend: 'It is tried by itself after the rest. `/healthz` names the connection; the vendor\'s own status page says more.' },
  unavailable: { means: 'A vendor, the database or the server can\'t be reached just now, or is starting or stopping.', who: 'nobody', mend: 'It is tried again. If it lasts: `portero doctor`, and `/readyz`, which says what is missing.' },
  timeout: { means: 'It took longer than it may. Whether it happened may be unknown: then it is looked up before anything is sent again.', who: 'nobody', mend: 'It is tried again where that is safe; else `portero replay --id ID --sure`, once somebody has looked.' },
}

// What tools answer with 200 and ok: false: business, not faults. say has the sentence for the prospect.
export const toolErrorGuide = {
  human_in_charge: { means: 'A person of yours has the conversation.', who: 'nobody', mend: 'The agent says nothing more, until the conversation is given back.' },
  still_working: { means: 'It takes longer than an answer may wait, and goes on.', who: 'nobody', mend: 'What comes of it is sent to the prospect as a message.' },
  slot_gone: { means: 'Somebody else took that time.', who: 'asker', mend: 'Offer `alternatives`, or call `check_availability`.' },
  slot_unknown: { means: 'The slot is nobody\'s, of another prospect, or too old.', who: 'asker', mend: 'Call `check_availability` and take a `slot_id` from its answer.' },
  not_offered: { means: 'No visit is shown at that time.', who: 'asker', mend: 'Offer `alternatives`, or call `check_availability`.' },
  not_available: { means: 'The home is no longer let, or shown.', who: 'asker', mend: 'Call `find_homes`.' },
  clash: { means: 'The prospect has another visit then.', who: 'asker', mend: 'Offer another time, or `reschedule_tour` for the other visit.' },
  too_many: { means: 'More people than a visit of that home has room for.', who: 'asker', mend: 'Offer another time or home; `escalate` for more.' },
  name_missing: { means: 'The building wants a name, and none is known. The time is kept for seven minutes.', who: 'asker', mend: 'Ask for the name and call `book_tour` again with it.' },
  no_tour: { means: 'The prospect has no visit ahead.', who: 'asker', mend: 'Offer to book one.' },
  which_tour: { means: 'The prospect has several visits ahead.', who: 'asker', mend: 'Ask which, and pass its `tour_id` from `my_tours`.' },
  tour_unknown: { means: 'The visit is nobody\'s, or of another prospect.', who: 'asker', mend: 'Call `my_tours`.' },
  tour_over: { means: 'The visit has begun, is over, or was called off.', who: 'asker', mend: 'Offer to book another.' },
  tour_changed: { means: 'The visit was changed meanwhile.', who: 'asker', mend: 'Say how it stands now, and ask whether that will do.' },
  illegal_move: { means: 'The deal can\'t go to that stage from where it is.', who: 'asker', mend: 'Leave the stage out, or `escalate`.' },
  nothing_there: { means: 'There are no pictures, plan or video of that home.', who: 'asker', mend: 'Say so; `escalate` if they are wanted.' },
  opted_out: { means: 'The prospect asked for no messages.', who: 'nobody', mend: 'Nothing is sent, until they say otherwise themselves.' },
  no_consent: { means: 'The prospect has not agreed to that kind of message.', who: 'nobody', mend: 'Nothing is sent, until they agree.' },
  window_closed: { means: 'WhatsApp takes free words only for a day after the prospect\'s last message.', who: 'nobody', mend: 'Wait until they write, or use an approved template.' },
  template_unapproved: { means: 'Meta has not approved the message that is needed.', who: 'admin', mend: '`portero bird plan` says how each template stands.' },
} as const satisfies Record<string, Guide>
