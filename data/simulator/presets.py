"""Which scripts make up a play: calm, busy, an incident."""

from functools import partial

from . import (
    docs_pass,
    errands,
    fix_auth,
    live,
    lost_run,
    nightly_etl,
    past,
    small_runs,
    triage_inbox,
    troubles,
)
from .everyday import errand
from .past import Planned
from .stage import Script, Stage

NAMES = ("calm", "busy", "incident", "huge")


def cast(stage: Stage, preset: str, start: float) -> None:
    """Puts a preset's scripts on the stage, from the days before to what comes after the start."""
    if preset != "huge":
        for planned in past.plan(stage.random):
            stage.add(planned.at, replay(stage, planned))
        stage.add(-10_100, troubles.earlier_today(stage))
    _CASTS[preset](stage, start)


def replay(stage: Stage, planned: Planned) -> Script:
    """An errand of the past, with the answer it got."""
    if planned.question is None or planned.verdict is None:
        return errand(stage, planned.errand, fails=planned.fails)
    asking = partial(Stage.answered, verdict=planned.verdict)
    return errand(stage, planned.errand, question=planned.question, asking=asking)


def _calm(stage: Stage, start: float) -> None:
    stage.add(docs_pass.BEGAN, docs_pass.begin(stage))
    stage.add(-3_540, small_runs.lint_sweep(stage))
    stage.add(240, live.again(stage, every=240))
    stage.add(5, live.beat(stage))


def _busy(stage: Stage, start: float) -> None:
    stage.add(-3_060, small_runs.deps_bump(stage))
    stage.add(-3_545, small_runs.lint_sweep(stage))
    stage.add(nightly_etl.BEGAN, nightly_etl.begin(stage))
    stage.add(triage_inbox.BEGAN, triage_inbox.begin(stage))
    stage.add(lost_run.LAST_BEAT, lost_run.begin(stage, start, asks=stage.is_still))
    stage.add(-803, small_runs.release_notes(stage))
    stage.add(docs_pass.BEGAN, docs_pass.begin(stage))
    stage.add(fix_auth.BEGAN, fix_auth.begin(stage))
    stage.add(-420, small_runs.billing_close(stage))
    stage.add(-600, troubles.of_the_fleet(stage))
    stage.add(-40 if stage.is_still else -8, live.tune_limits(stage))
    stage.add(9, live.purge_cache(stage))
    stage.add(12, live.come_and_go(stage, every=30))
    stage.add(150, live.again(stage, every=120))
    stage.add(5, live.beat(stage))


def _incident(stage: Stage, start: float) -> None:
    _busy(stage, start)
    failing = (errands.WEB_DEPLOY, errands.FIX_EXPORT, errands.FLAKY_TESTS, errands.TRANSLATE)
    for number, work in enumerate(failing):
        stage.add(-460 + 45 * number, errand(stage, work, fails=True))
    stage.add(-600, troubles.outage(stage))
    for number, question in enumerate((past.FORCE_PUSH, past.PROD_CONFIG, past.HOOK)):
        deploy = errand(stage, errands.WEB_DEPLOY, question=question)
        stage.add(-190 - 10 * number, deploy)


# The days before a huge play are written in bulk; its fleet is the busy one.
_CASTS = {"calm": _calm, "busy": _busy, "incident": _incident, "huge": _busy}
