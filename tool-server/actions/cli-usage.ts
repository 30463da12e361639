// What the command line can do, as portero --help says it. A test compares it with what it does, and with what the docs name.
export const usage = `portero migrate                 bring the database to this version
portero replay                  list what is dead: deliveries that didn't parse, jobs that gave up
portero replay --id ID | --group CAUSE | --all  try one, all of one cause or everything again, after whatever was wrong has been mended; what was done stays done
        --id ID --preview       what it would do, without doing it
        --id ID --fix FILE      with corrections: [{ "path": "/body/event", "value": "…" }, { "path": "/body/id", "from": "/body/identity" }, { "path": "/body/identity", "gone": true }]
        --id ID --sure          send a command again whose outcome nobody knows (it may then happen twice); else it is looked up first
portero connect VENDOR ACCOUNT  connect an account; its settings come as JSON on standard input, so that no secret is on the command line
portero calendars list          whose calendars are connected, and how others can be
portero calendars connect|disconnect VENDOR ADDRESS  where we come in by our own name, nobody needs to consent
portero operator NAME           let somebody into the console, or change their password, which comes on standard input
        --role viewer|agent|officer|admin  what they may do (docs/access.md); without a password, only the role changes
        --end                   take their access away, at once
portero keys tool NAME          make a key for an agent that calls tools; it is shown once, and another one of that name goes on holding
        --scopes a,b | --tools a,b  what it may do, or which tools it may call; without either, all that the tools and the gate need
        --end                   end all keys of that name instead, or one of them: --id ID
portero keys list               the keys that hold, and when each was last used
portero agent CHANNEL bird|portero  who answers prospects on a channel: Bird's own agent, or Portero's
portero docs                    the page on the tools, for whoever types them into a form
portero docs PAGE               another page of docs/: hubspot, errors, quotas, compatibility, metrics, api, openapi
        --hubspot DIR           write the tools into a HubSpot project instead, as its workflow actions and agent tools
portero webhook record DIR      what came in at the webhooks' door, as files that can be sent again; names, numbers and words are replaced
        --connection ID | --id ID, --since TIME, --until TIME  which of it; without any, that of the last day
        --raw --as NAME         as it came, for an admin of the console: their password comes on standard input
portero webhook sign BODY --connection ID | --vendor NAME  what the vendor would send with that body: headers, and a line of curl
        --url URL               where to, if not to our own door; with --vendor the secret comes on standard input, and no database is opened
portero webhook resend FILE     sign a recorded or hand-written delivery anew, send it to our own door, and say what came of it
        --connection ID | --vendor NAME, --url URL  by whose secret, and where the server listens, such as http://127.0.0.1:3000
        --sure                  also what is masked, to a house that is in earnest
portero incident CONVERSATION   what happened in a conversation, by kinds and times and without a word that anybody wrote, as a file that is played where Portero is mended
        --out FILE, --since TIME, --until TIME  where to, if not incident.json, and of which time, if not all of it
portero catalogue plan [FILE]    what homes, agents and closed times would become by this file, or that of CATALOGUE
portero catalogue apply [FILE]   make them so, all or nothing; homes and agents that are gone are closed, never deleted, and what people made stays
portero catalogue export         the catalogue as it is, as such a file
portero persona check FILE      whether our agent can speak as that file says, its version, and about how many tokens it comes to
portero VENDOR plan             what is lacking at a vendor: bird's webhooks and templates, hubspot's properties and stages
portero VENDOR apply            make it so; what is there and isn't ours stays as it is
portero reconcile               compare everything that we keep at the CRM with what stands there; by night the server does it too
        --repair                put right what drifted or is missing; what people wrote into their own fields stays
        --json                  as JSON
portero rebuild                 into an empty database: visits ahead, their people and leads, from what the CRM keeps under our ids
portero shadow                  after a time with PORTERO_SHADOW=1: what we would have written, beside what people wrote
        --csv                   every field, for a spreadsheet
portero bird kit                what to type into Bird so that its agent works with Portero
        --check                 try the key, which comes on standard input, at the address that Bird calls
portero hubspot backfill        look through all contacts of HubSpot for those that are somebody of ours; it goes on by itself where it was
portero hubspot reviews         contacts of HubSpot that may be somebody of ours, and changes that lost against another
portero audit verify [ANCHORS]  whether the audit is whole; with --export FILE an export of it, without database and keys
portero audit export            the audit as JSON lines: ids and hashes, nothing of what was said
portero audit why KIND ID FIELD  who set a field, from what, when, and what it said before
portero privacy verify FILE     whether a certificate of what was done about somebody's data is ours, and unchanged
portero privacy retention       for how long what is kept, and when what was deleted
portero doctor                  look at everything that it takes to go live: what is well, what is not, what to do about it, and which step of docs/admin.md is next
        --json                  as JSON, for your monitoring; either way it ends with 1 while something is to be mended
portero keys new                make a master key
portero keys status             which master key wraps how many data keys
portero keys rotate             wrap every data key with the first key of PORTERO_KEY ("new,old"); in the lab, with a fresh one`
