"""What `python -m surveyapp` starts."""

from surveyapp.cli import main

if __name__ == "__main__":
    main()
