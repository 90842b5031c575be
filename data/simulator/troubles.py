"""The alarms of the last hours and minutes: raised, looked after, resolved."""

from .. import decisions
from .stage import Script, Stage


def earlier_today(stage: Stage) -> Script:
    """Three alarms that are over: two by themselves, one by hand."""
    yield stage.until(-10_061)
    stage.alarm(
        "provider_limit", "provider limit: 429 for 2m 10s", "triage-inbox", severity="warning"
    )
    yield stage.until(-9_931)
    stage.recorder.resolve_alarm("provider_limit:triage-inbox", "by itself, after 02:10")
    yield stage.until(-5_500)
    stage.alarm("unanswered", "gate unanswered: write config/prod.toml", "web-deploy")
    unanswered = stage.ids.latest["alarm"]
    yield stage.until(-3_871)
    stage.recorder.flush()
    decisions.resolve(stage.path, unanswered, "ana", stage.moment, "run stopped by hand")
    yield stage.until(-2_551)
    burning = "5m $0.22/min 6.3x, 1h $0.07/min 3.1x"
    stage.alarm("burn_rate", "burn rate", "fix-export", severity="critical", message=burning)
    yield stage.until(-1_891)
    stage.recorder.resolve_alarm("burn_rate:fix-export", "by itself, below 3x for 5m")


def of_the_fleet(stage: Stage) -> Script:
    """What is wrong with the fleet now, one after the other; ana looks after the first."""
    yield stage.until(-508)
    stage.recorder.flush()
    full = stage.alarms["context_full:nightly-etl"]
    decisions.ack(stage.path, full, "ana", stage.moment, "it will fit, the merge is the last step")
    yield stage.until(-366)
    stage.alarm(
        "silent",
        "silent: no event for 3m 04s",
        "nightly-etl",
        agent="stager",
        message="stager usually says something every 27 s",
    )
    yield stage.until(-150)
    stage.alarm(
        "loop",
        "loop: same call ×6, period 1",
        "nightly-etl",
        agent="fixer",
        message="sql.query with the same statement and the same answer",
    )
    yield stage.until(-40)
    stage.alarm(
        "burn_rate",
        "burn rate: run budget in 15s",
        "fix-auth",
        severity="critical",
        message="5m $0.31/min 7.4x, 1h $0.09/min 3.2x, $1.92 of $2.00 used",
    )


def outage(stage: Stage) -> Script:
    """An incident: the provider, the database and the deploy fail within ten minutes."""
    lines = (
        (-560, "provider_limit", "provider limit: 529 overloaded", "triage-inbox", "warning"),
        (-410, "health", "sql proxy: degraded", "nightly-etl", "error"),
        (-330, "failed", "run failed: web-deploy", "web-deploy", "error"),
        (-290, "failed", "run failed: fix-export", "fix-export", "error"),
        (-240, "error_rate", "error rate 4.1% in us-east", "web-deploy", "critical"),
        (-180, "failed", "run failed: flaky-tests", "flaky-tests", "error"),
        (-95, "heartbeat", "no heartbeat from otto", "backup-check", "critical"),
        (-30, "burn_rate", "burn rate: day budget in 41m", "all runs", "critical"),
    )
    for at, kind, title, where, severity in lines:
        yield stage.until(at)
        stage.alarm(kind, title, where, severity=severity)
