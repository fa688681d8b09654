"""P26: ten thousand answers by one open link are kept, marked and told apart; they never pass for as many people."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from surveyapp import create_app
from surveyapp.accounts.models import User
from surveyapp.communities.models import Community
from surveyapp.db import reading
from surveyapp.responses import collect, marks
from surveyapp.responses.models import Response
from surveyapp.surveys.models import Layout, Survey
from surveyapp.surveys.rules import name_of
from surveyapp.throttle import Attempt
from tests.conftest import SignInAs
from tests.factories import make_survey
from tests.responses.member import form_values, question, words_of
