"""Who may call which route. A route without a line here stops the start of the application.

A route below ``/c/<slug>/`` belongs to one community: LEADER and MANAGER mean there, and
what is not there, or is another community's, looks the same to whoever may not see it.
"""

import enum

from flask import Flask

from surveyapp.communities.models import RoleKind


class Who(enum.Enum):
    """The least that somebody must be to call a route."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    LEADER = "leader"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"  # a library brings the route; we do not use it


POLICY = {
    # the service itself
    "static": Who.ANYONE,
    "web.index": Who.ANYONE,
    "web.healthz": Who.ANYONE,
    "web.readyz": Who.ANYONE,
    "web.job": Who.SIGNED_IN,  # and only of a job that is theirs to see: the view asks
    "security.login": Who.ANYONE,
    "security.logout": Who.SIGNED_IN,
    "security.verify": Who.NOBODY,
    "security.static": Who.NOBODY,
    # what they share
    "communities.found": Who.ADMINISTRATOR,
    "communities.prepare": Who.ADMINISTRATOR,
    "communities.found_prepared": Who.MANAGER,
    "communities.public": Who.ANYONE,
    "communities.privacy": Who.ANYONE,
    "communities.accessibility": Who.ANYONE,
    "communities.overview": Who.LEADER,
    "communities.members": Who.MANAGER,  # names and addresses
    "communities.add_member": Who.MANAGER,
    "communities.member": Who.MANAGER,
    "communities.import_members": Who.MANAGER,
    "communities.import_preview": Who.MANAGER,  # and only of a file that they sent: the view asks
    # what is asked
    "surveys.index": Who.LEADER,
    "surveys.new": Who.MANAGER,
    "surveys.edit": Who.LEADER,
    "surveys.settle": Who.MANAGER,
    "surveys.add_question": Who.MANAGER,
    "surveys.question": Who.MANAGER,
    "surveys.move_question": Who.MANAGER,
    "surveys.copy_question": Who.MANAGER,
    "surveys.remove_question": Who.MANAGER,
    "surveys.restore_question": Who.MANAGER,
    "surveys.add_section": Who.MANAGER,
    "surveys.section": Who.MANAGER,
    "surveys.open_": Who.MANAGER,
    "surveys.languages": Who.MANAGER,
    "surveys.translation": Who.MANAGER,
    "surveys.export": Who.LEADER,
    "surveys.from_file": Who.MANAGER,
    # collect
    "responses.welcome": Who.ANYONE,
    "responses.start": Who.ANYONE,
    "responses.part": Who.ANYONE,
    "responses.answer": Who.ANYONE,
    "responses.thanks": Who.ANYONE,
    "responses.exchange": Who.ANYONE,
    "responses.resume": Who.ANYONE,
    "responses.go_on": Who.ANYONE,
    "responses.change": Who.ANYONE,
    "responses.withdraw": Who.ANYONE,
    "responses.withdrawn": Who.ANYONE,
    "responses.forget": Who.ANYONE,
    "responses.qr": Who.ANYONE,
    "responses.preview": Who.LEADER,
    "responses.collect": Who.LEADER,
    "responses.close": Who.MANAGER,
    "responses.trust": Who.MANAGER,
    "responses.qr_png": Who.ANYONE,
    "responses.unsubscribe": Who.ANYONE,
    "responses.end_mail": Who.ANYONE,
    "responses.invite": Who.MANAGER,
    "responses.remind": Who.MANAGER,
    "responses.plan_reminders": Who.MANAGER,
    "responses.links": Who.MANAGER,
    "responses.notes": Who.MANAGER,  # what single people may have said, word for word
    "responses.add_note": Who.MANAGER,
    "responses.note": Who.MANAGER,
    "responses.remove_note": Who.MANAGER,
    "responses.take_in": Who.MANAGER,
    "responses.hand_out": Who.MANAGER,
    "responses.take_in_preview": Who.MANAGER,  # and only of a file that they sent: the view asks
    # understand
    # review
    "review.board": Who.LEADER,
    "review.proposals": Who.LEADER,
    "review.propose": Who.MANAGER,
    "review.show_proposal": Who.MANAGER,
    "review.let_proposal_stand": Who.MANAGER,
    "review.let_name_stand": Who.MANAGER,
    "review.others": Who.MANAGER,  # single ideas, word for word
    "review.add": Who.MANAGER,
    "review.move_to": Who.MANAGER,
    "review.regroup": Who.MANAGER,
    "review.decide_kin": Who.MANAGER,
    "review.undo_correction": Who.MANAGER,
    "review.show": Who.LEADER,
    "review.save": Who.MANAGER,
    "review.rename": Who.MANAGER,
    "review.goal": Who.LEADER,
    # adopt, act
    "goals.fate": Who.ANYONE,
    "goals.fate_of_code": Who.ANYONE,
    "goals.index": Who.LEADER,
    "goals.show": Who.LEADER,
    "goals.level": Who.MANAGER,
    "goals.end": Who.MANAGER,
    # report
    "reports.index": Who.LEADER,
    "reports.make": Who.LEADER,
    "reports.download": Who.LEADER,
    # understand
    "themes.alike": Who.ANYONE,
    "themes.support": Who.ANYONE,
    "themes.flag": Who.ANYONE,
    "themes.report": Who.ANYONE,
    "themes.results": Who.LEADER,
    "themes.analyse": Who.MANAGER,
}


def check_complete(app: Flask) -> None:
    """Refuse to start while a route has no line, or a line no route.

    Raises:
        RuntimeError: With the names.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    if missing := sorted(endpoints - set(POLICY)):
        raise RuntimeError(f"policy.py says nothing of these routes: {', '.join(missing)}.")
    if surplus := sorted(set(POLICY) - endpoints):
        raise RuntimeError(f"policy.py names routes that do not exist: {', '.join(surplus)}.")


def allows(who: Who, role: RoleKind | None, is_administrator: bool) -> bool:
    """Whether somebody signed in, with *role* in the community, meets *who*."""
    match who:
        case Who.ANYONE | Who.SIGNED_IN:
            return True
        case Who.LEADER:
            return role is not None
        case Who.MANAGER:
            return role is RoleKind.MANAGER
        case Who.ADMINISTRATOR:
            return is_administrator
        case Who.NOBODY:
            return False
