"""All tables: importing this module gives a complete Base.metadata and lets relationships find each other."""

import surveyapp.accounts.models
import surveyapp.audit
import surveyapp.communities.models
import surveyapp.goals.models
import surveyapp.jobs
import surveyapp.reports.models
import surveyapp.responses.models
import surveyapp.review.models
import surveyapp.surveys.models
import surveyapp.themes.forget  # and what is taken out of a run with a withdrawn answer
import surveyapp.themes.models
import surveyapp.throttle
import surveyapp.uploads  # noqa: F401 - all are imported for the tables they declare
from surveyapp.db import Base

__all__ = ["Base"]
