import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { errorCodes } from '@portero/shared'
import { lanes } from './jobs.ts'

// Every metric there is, with all that its labels can say: docs/metrics.md is made of this, and alerts and dashboards may name nothing else. Names and labels are stable. A label says vendors, lanes and codes, never anything of a person.
export type Metrics = ReturnType<typeof makeMetrics>
// from: what the rooms make known, rather than what stands here.
export type Values = readonly string[] | { from: 'connectors' | 'tools'; and: readonly string[] }
export type Listed = { name: string; type: 'counter' | 'gauge' | 'histogram'; help: string; labels: readonly { name: string; values: Values }[]; buckets?: readonly number[] }
type Labels<L extends string> = readonly (readonly [L, Values])[]

const vendors: Values = { from: 'connectors', and: [] }
// What tools answer of their own business, by the codes that tools/*.ts gives them.
const ofTools = ['clash', 'illegal_move', 'name_missing', 'no_consent', 'no_tour', 'not_available', 'not_offered', 'nothing_there', 'opted_out', 'slot_gone', 'slot_unknown', 'template_unapproved', 'too_many', 'tour_changed', 'tour_over', 'tour_unknown', 'which_tour', 'window_closed']
const recordKinds = ['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket']
const jobKinds = ['turn', 'command', 'pull', 'watch', 'chore']
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const lags = [0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30, 60, 300]

export const makeMetrics = () => {
  const registry = new Registry()
  const registers = [registry]
  const listed: Listed[] = []
  const list = <L extends string>(type: Listed['type'], name: string, help: string, labels: Labels<L>, buckets?: readonly number[]): { name: string; help: string; labelNames: L[]; registers: Registry[] } => {
    listed.push({ name, type, help, labels: labels.map(([label, values]) => ({ name: label, values })), ...(buckets && { buckets }) })
    return { name, help, labelNames: labels.map(([label]) => label), registers }
  }
  const counter = <L extends string = never>(name: string, help: string, labels: Labels<L> = []): Counter<L> => new Counter(list('counter', name, help, labels))
  const gauge = <L extends string = never>(name: string, help: string, labels: Labels<L> = []): Gauge<L> => new Gauge(list('gauge', name, help, labels))
  const histogram = <L extends string = never>(name: string, help: string, buckets: number[], labels: Labels<L> = []): Histogram<L> => new Histogram({ ...list('histogram', name, help, labels, buckets), buckets })
  return {
    registry,
    listed,
    webhooks: counter('portero_webhooks_total', 'Deliveries that arrived, by what became of them; failed: answered with a fault of ours, also while we start or stop', [['vendor', vendors], ['outcome', ['stored', 'repeated', 'handshake', 'refused', 'unknown-connection', 'failed']]]),
    webhookAck: histogram('portero_webhook_ack_seconds', 'From the door to the answer of deliveries that are durable', seconds, [['vendor', vendors]]),
    webhookLast: gauge('portero_webhook_last_timestamp_seconds', 'When the last delivery was taken in here, in seconds since 1970', [['vendor', vendors]]),
    parsed: counter('portero_inbox_parsed_total', 'Raw deliveries parsed or set aside', [['outcome', ['parsed', 'dead']]]),
    jobs: counter('portero_jobs_total', 'Jobs that ended an attempt', [['kind', jobKinds], ['lane', lanes], ['outcome', ['done', 'dead', 'postponed', 'fenced', 'dropped']]]),
    jobWait: histogram('portero_job_wait_seconds', 'From due to begun, first attempts', seconds, [['lane', lanes]]),
    ready: gauge('portero_ready', 'Whether this server can serve, as /readyz says: 1 or 0'),
    vendorCalls: histogram('portero_vendor_call_seconds', 'Calls to vendors', seconds, [['vendor', vendors], ['outcome', ['ok', ...errorCodes]]]),
    toolCalls: histogram('portero_tool_call_seconds', 'Calls of tools, by the wire they came on and what became of them', seconds, [['tool', { from: 'tools', and: ['unknown'] }], ['wire', ['http', 'mcp', 'agent', 'workflow']], ['outcome', ['ok', 'again', 'human_in_charge', 'still_working', ...ofTools, ...errorCodes]]]),
    depth: gauge('portero_jobs_open', 'Unfinished and dead jobs', [['kind', jobKinds], ['lane', lanes], ['state', ['scheduled', 'ready', 'running', 'dead']]]),
    oldest: gauge('portero_job_oldest_seconds', 'For how long the oldest unfinished job has been due, also while it is put off because its vendor rests', [['kind', jobKinds]]),
    inboxDepth: gauge('portero_inbox_open', 'Raw deliveries that wait or are dead', [['state', ['new', 'dead']]]),
    connections: gauge('portero_connections', 'Connections that were called since this process began, by how they are: breaker: the vendor fails and rests; key: it refuses our key; throttled: it asked us to wait', [['vendor', vendors], ['state', ['well', 'breaker', 'key', 'throttled']]]),
    troubles: gauge('portero_connection_troubles', 'What lasts that is wrong with connections; the admins are told by mail', [['vendor', vendors], ['what', ['key', 'scopes', 'setup', 'grant', 'agents']]]),
    grants: gauge('portero_access_tokens', 'What was granted to us, by how it is: failing: its renewal fails and is tried again; refused: only whoever granted it can mend it', [['vendor', vendors], ['state', ['good', 'failing', 'refused']]]),
    diskFree: gauge('portero_disk_free_bytes', 'Free on the disk of DATA_DIR'),
    diskSize: gauge('portero_disk_size_bytes', 'Size of the disk of DATA_DIR'),
    spans: counter('portero_trace_spans_total', 'Spans of traces; dropped: the collector was away, slow or refused them', [['outcome', ['sent', 'dropped']]]),
    mended: counter('portero_watch_mended_total', 'Subscriptions at vendors that had gone or stopped, and were put back', [['vendor', vendors]]),
    escalations: gauge('portero_escalations_open', 'Open escalations; unseen: nobody has looked; late: nobody has by when somebody should have; unanswered: because a prospect waited too long', [['state', ['open', 'unseen', 'late', 'unanswered']]]),
    escalationSeen: histogram('portero_escalation_seen_seconds', 'From the call for a person to the first look', [15, 30, 60, 120, 300, 450, 900, 1_800, 3_600, 14_400]),
    stray: gauge('portero_stray_messages', 'What the vendor\'s bot said while a person of ours had the conversation in hand'),
    notices: gauge('portero_notices_shown', 'Privacy notices by how they were shown; gate: before the first answer; message: by us, after the vendor\'s bot had spoken without it; bot: by the bot itself', [['how', ['gate', 'message', 'bot']]]),
    followUps: gauge('portero_follow_ups', 'What became in the last 30 days of the messages to prospects who went silent; outcome: sent, or why not', [['outcome', ['sent', 'human_in_charge', 'opted_out', 'refused', 'visit_ahead', 'waiting', 'past_visits', 'late', 'unanswered', 'just_said', 'visited', 'template_unapproved', 'window_closed', 'no_consent', 'no_address']]]),
    unbacked: counter('portero_claims_unbacked_total', 'Messages of the vendor\'s bot that claimed what no tool had answered, by what they claimed and whether a correction followed', [['kind', ['time', 'day', 'money', 'address', 'home', 'bedrooms', 'bathrooms', 'area', 'availability', 'deed', 'feature']], ['outcome', ['corrected', 'often', 'refused']]]),
    guards: counter('portero_guards_total', 'What prospects wrote that was answered without a model, by kind', [['kind', ['crisis', 'emergency', 'privacy', 'legal', 'person', 'apart', 'welcome', 'children', 'cancel']]]),
    crmDrift: gauge('portero_crm_drift', 'What of the CRM was not as it should be when all of it was last compared', [['kind', ['drifted', 'missing', 'duplicate', 'foreign']]]),
    crmMatched: gauge('portero_crm_matched', 'Records of the CRM that said what we say when all of them were last compared'),
    syncLag: histogram('portero_sync_lag_seconds', 'From a change to the answer of the CRM that it has it; its count is what was told', lags, [['kind', recordKinds]]),
    syncHeard: histogram('portero_sync_heard_seconds', 'From a change that somebody made at the CRM until it was ours; its count is the records that were heard of', lags, [['kind', recordKinds]]),
    calendarLag: histogram('portero_calendar_lag_seconds', 'From when it was known that something changed in a calendar until it counted; what: slots, or visit, where it was one of ours that people moved or took away', lags, [['what', ['slots', 'visit']]]),
    calendarChanges: counter('portero_calendar_changes_total', 'What people did with visits in their calendars, by what became of it', [['outcome', ['moved', 'cancelled', 'put_back', 'same']]]),
    calendarConflicts: counter('portero_calendar_conflicts_total', 'Events over visits that stand; outcome: found, and then reassigned, attention where people of ours were asked, over where the event went away', [['outcome', ['found', 'reassigned', 'attention', 'over']]]),
    agentRuns: counter('portero_agent_runs_total', 'Runs of our own agent, by how they ended', [['outcome', ['said', 'unsaid', 'fell-back', 'superseded', 'taken', 'opted-out', 'answered', 'lost']]]),
    agentTurns: histogram('portero_agent_turns', 'How often a run asked the model', [1, 2, 3, 4, 5, 6, 7, 8]),
    agentReply: histogram('portero_agent_reply_seconds', 'From the first message that nobody had answered to the answer of our agent, or its call for a person', [2, 4, 6, 8, 10, 15, 20, 30, 45, 60]),
    agentClaims: counter('portero_agent_claims_total', 'What our agent was about to claim and nothing backed; outcome: mended by the model, or replaced by us', [['outcome', ['mended', 'replaced']]]),
    agentDollars: counter('portero_agent_cost_usd_total', 'What our agent has cost, in US dollars'),
    unsealed: gauge('portero_audit_unsealed', 'Audit rows that the sealer has not chained yet'),
  }
}
