import { Counter, Gauge, Histogram, Registry } from 'prom-client'

// Stable names; labels are vendors, lanes and codes, never anything of a person.
export type Metrics = ReturnType<typeof makeMetrics>

export const makeMetrics = () => {
  const registry = new Registry()
  const registers = [registry]
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  const lags = [0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60, 300]
  return {
    registry,
    webhooks: new Counter({ name: 'portero_webhooks_total', help: 'Deliveries that arrived, by what became of them', labelNames: ['vendor', 'outcome'], registers }),
    parsed: new Counter({ name: 'portero_inbox_parsed_total', help: 'Raw deliveries parsed or set aside', labelNames: ['outcome'], registers }),
    jobs: new Counter({ name: 'portero_jobs_total', help: 'Jobs that ended an attempt', labelNames: ['kind', 'lane', 'outcome'], registers }),
    jobWait: new Histogram({ name: 'portero_job_wait_seconds', help: 'From due to begun, first attempts', labelNames: ['lane'], buckets: seconds, registers }),
    vendorCalls: new Histogram({ name: 'portero_vendor_call_seconds', help: 'Calls to vendors', labelNames: ['vendor', 'outcome'], buckets: seconds, registers }),
    toolCalls: new Histogram({ name: 'portero_tool_call_seconds', help: 'Calls of tools, by the wire they came on and what became of them', labelNames: ['tool', 'wire', 'outcome'], buckets: seconds, registers }),
    depth: new Gauge({ name: 'portero_jobs', help: 'Unfinished and dead jobs', labelNames: ['kind', 'lane', 'state'], registers }),
    inboxDepth: new Gauge({ name: 'portero_inbox', help: 'Raw deliveries that wait or are dead', labelNames: ['state'], registers }),
    mended: new Counter({ name: 'portero_watch_mended_total', help: 'Subscriptions at vendors that had gone or stopped, and were put back', labelNames: ['vendor'], registers }),
    escalations: new Gauge({ name: 'portero_escalations_open', help: 'Open escalations; unseen: nobody has looked; late: nobody has by when somebody should have; unanswered: because a prospect waited too long', labelNames: ['state'], registers }),
    escalationSeen: new Histogram({ name: 'portero_escalation_seen_seconds', help: 'From the call for a person to the first look', buckets: [15, 30, 60, 120, 300, 450, 900, 1_800, 3_600, 14_400], registers }),
    stray: new Gauge({ name: 'portero_stray_messages', help: 'What the vendor\'s bot said while a person of ours had the conversation in hand', registers }),
    notices: new Gauge({ name: 'portero_notices_shown', help: 'Privacy notices by how they were shown; gate: before the first answer; message: by us, after the vendor\'s bot had spoken without it; bot: by the bot itself', labelNames: ['how'], registers }),
    followUps: new Gauge({ name: 'portero_follow_ups', help: 'What became in the last 30 days of the messages to prospects who went silent; outcome: sent, or why not', labelNames: ['outcome'], registers }),
    unbacked: new Counter({ name: 'portero_claims_unbacked_total', help: 'Messages of the vendor\'s bot that claimed what no tool had answered, by what they claimed and whether a correction followed', labelNames: ['kind', 'outcome'], registers }),
    guards: new Counter({ name: 'portero_guards_total', help: 'What prospects wrote that was answered without a model, by kind: crisis, emergency, privacy, legal, person, apart, welcome, children, cancel', labelNames: ['kind'], registers }),
    crmDrift: new Gauge({ name: 'portero_crm_drift', help: 'What of the CRM was not as it should be when all of it was last compared; kind: drifted, missing, duplicate, foreign', labelNames: ['kind'], registers }),
    crmMatched: new Gauge({ name: 'portero_crm_matched', help: 'Records of the CRM that said what we say when all of them were last compared', registers }),
    syncLag: new Histogram({ name: 'portero_sync_lag_seconds', help: 'From a change to the answer of the CRM that it has it; its count is what was told', labelNames: ['kind'], buckets: lags, registers }),
    syncHeard: new Histogram({ name: 'portero_sync_heard_seconds', help: 'From a change that somebody made at the CRM until it was ours; its count is the records that were heard of', labelNames: ['kind'], buckets: lags, registers }),
    calendarLag: new Histogram({ name: 'portero_calendar_lag_seconds', help: 'From when it was known that something changed in a calendar until it counted; what: slots, or visit, where it was one of ours that people moved or took away', labelNames: ['what'], buckets: lags, registers }),
    calendarChanges: new Counter({ name: 'portero_calendar_changes_total', help: 'What people did with visits in their calendars, by what became of it: moved, cancelled, put_back, same', labelNames: ['outcome'], registers }),
    calendarConflicts: new Counter({ name: 'portero_calendar_conflicts_total', help: 'Events over visits that stand; outcome: found, and then reassigned, attention where people of ours were asked, over where the event went away', labelNames: ['outcome'], registers }),
    agentRuns: new Counter({ name: 'portero_agent_runs_total', help: 'Runs of our own agent, by how they ended', labelNames: ['outcome'], registers }),
    agentTurns: new Histogram({ name: 'portero_agent_turns', help: 'How often a run asked the model', buckets: [1, 2, 3, 4, 5, 6, 7, 8], registers }),
    agentReply: new Histogram({ name: 'portero_agent_reply_seconds', help: 'From the first message that nobody had answered to the answer of our agent, or its call for a person', buckets: [2, 4, 6, 8, 10, 15, 20, 30, 45, 60], registers }),
    agentClaims: new Counter({ name: 'portero_agent_claims_total', help: 'What our agent was about to claim and nothing backed; outcome: mended by the model, or replaced by us', labelNames: ['outcome'], registers }),
    agentMicros: new Counter({ name: 'portero_agent_micros_total', help: 'What our agent has cost, in millionths of a US dollar', registers }),
    unsealed: new Gauge({ name: 'portero_audit_unsealed', help: 'Audit rows that the sealer has not chained yet', registers }),
  }
}
