"""Who leads and who manages a community."""

from sqlalchemy.orm import Session

from surveyapp import audit
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community, Role, RoleKind


def give_role(session: Session, user: User, community: Community, kind: RoleKind) -> None:
    """Let *user* lead or manage *community*; a role given before is replaced."""
    role = session.get(Role, (community.id, user.id))
    if role is None:
        session.add(Role(community_id=community.id, user_id=user.id, kind=kind))
    else:
        role.kind = kind
    audit.record(session, "gave a role", community_id=community.id, subject=user.id, role=kind.value)
